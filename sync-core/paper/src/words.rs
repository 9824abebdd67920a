//! The words of documents, in Fluent files, one a language.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::error::PaperError;
use crate::language::Language;

/// The words of one language.
pub(crate) struct Words {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

/// The Fluent file of a language.
pub(crate) fn source(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../locales/en/paper.ftl"),
        Language::French => include_str!("../locales/fr/paper.ftl"),
        Language::Arabic => include_str!("../locales/ar/paper.ftl"),
    }
}

/// The names of countries in a language.
pub(crate) fn countries(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../locales/en/countries.ftl"),
        Language::French => include_str!("../locales/fr/countries.ftl"),
        Language::Arabic => include_str!("../locales/ar/countries.ftl"),
    }
}

impl Words {
    /// The words of a language.
    pub(crate) fn new(language: Language) -> Result<Self, PaperError> {
        let broken = |what: &str| PaperError::Writer(format!("the words of {} {what}", language.code()));
        let identifier: LanguageIdentifier = language.code().parse().map_err(|_| broken("have no name"))?;
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        for text in [source(language), countries(language)] {
            let resource = FluentResource::try_new(text.to_owned()).map_err(|_| broken("cannot be read"))?;
            bundle.add_resource(resource).map_err(|_| broken("are said twice"))?;
        }
        Ok(Self { language, bundle })
    }

    /// Their language.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// A text without values.
    pub(crate) fn text(&self, key: &str) -> String {
        self.find(key, None).unwrap_or_else(|| key.to_owned())
    }

    /// A text with values. Each value is isolated, so that it keeps its own direction.
    pub(crate) fn with(&self, key: &str, values: &[(&'static str, String)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(*name, FluentValue::from(value.as_str()));
        }
        self.find(key, Some(&args)).unwrap_or_else(|| key.to_owned())
    }

    /// The label of a code of a code list; a code that is not known here is printed as it stands.
    pub(crate) fn code(&self, list: &str, code: &str) -> String {
        let key = code_key(list, code);
        self.find(&key, None).unwrap_or_else(|| crate::clean::field(code))
    }

    fn find(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        Some(self.bundle.format_pattern(pattern, args, &mut errors).into_owned())
    }
}

/// The key of a code of a code list.
pub(crate) fn code_key(list: &str, code: &str) -> String {
    format!("code-{}-{}", list.replace('_', "-"), code.replace('_', "-"))
}
