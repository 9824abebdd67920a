//! Whole stories over real HTTP, laws and benches live beside this file; what they share goes here.
