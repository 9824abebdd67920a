//! Formulas that only write a text: `CONCATENATE("60777")`, `T("…")`, `"01"&"23"`, `"0123"`.
//!
//! Spreadsheets use them to keep leading zeros. Only literals are evaluated; whatever refers to other cells is not.

/// The names of the joining functions, in the languages whose spreadsheets write them out in text cells.
const JOIN: [&str; 8] =
    ["CONCATENATE", "CONCAT", "_XLFN.CONCAT", "CONCATENAR", "CONCATENER", "VERKETTEN", "CONCATENA", "TEXT.SAMENVOEGEN"];

/// Deepest nesting of functions and brackets that is followed.
const DEPTH: u8 = 16;

/// The text a formula of literals stands for, or `None` if it is any other formula. A leading `=` is allowed.
pub fn literal(formula: &str) -> Option<String> {
    let body = formula.trim();
    let body = body.strip_prefix('=').unwrap_or(body);
    let mut reader = Reader { rest: body, depth: 0 };
    let text = reader.joined();
    reader.blanks();
    if reader.rest.is_empty() { text } else { doubled(body) }
}

/// `concatenar(""PC 0119477"")`: typed by hand with doubled quotes, seen in real registers.
fn doubled(body: &str) -> Option<String> {
    let open = body.find('(')?;
    let name = body.get(..open)?.trim().to_uppercase();
    let inner = body.get(open + 1..)?.trim().strip_suffix(')')?;
    let inner = inner.strip_prefix("\"\"")?.strip_suffix("\"\"")?;
    (JOIN.contains(&name.as_str()) && !inner.contains('"')).then(|| inner.to_owned())
}

struct Reader<'a> {
    rest: &'a str,
    depth: u8,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, token: char) -> bool {
        self.blanks();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// One or more terms joined by `&`.
    fn joined(&mut self) -> Option<String> {
        let mut text = self.term()?;
        while self.take('&') {
            text.push_str(&self.term()?);
        }
        Some(text)
    }

    fn term(&mut self) -> Option<String> {
        if self.depth >= DEPTH {
            return None;
        }
        self.depth += 1;
        let text = self.term_inside();
        self.depth -= 1;
        text
    }

    fn term_inside(&mut self) -> Option<String> {
        self.blanks();
        let first = self.rest.chars().next()?;
        if first == '"' {
            return self.quoted();
        }
        if first == '(' {
            self.take('(');
            let text = self.joined()?;
            return self.take(')').then_some(text);
        }
        if first.is_ascii_digit() {
            return Some(self.span(|c| c.is_ascii_digit() || c == '.'));
        }
        let name = self.span(|c| c.is_alphanumeric() || matches!(c, '.' | '_')).to_uppercase();
        if !self.take('(') {
            return None;
        }
        let joins = JOIN.contains(&name.as_str());
        if !joins && name != "T" {
            return None;
        }
        let mut text = self.joined()?;
        while joins && (self.take(',') || self.take(';')) {
            text.push_str(&self.joined()?);
        }
        self.take(')').then_some(text)
    }

    fn span(&mut self, inside: impl Fn(char) -> bool) -> String {
        let end = self.rest.find(|c: char| !inside(c)).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        text.to_owned()
    }

    /// A quoted text; two quotes inside stand for one.
    fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            if c != '"' {
                text.push(c);
            } else if chars.peek().is_some_and(|(_, next)| *next == '"') {
                text.push('"');
                chars.next();
            } else {
                self.rest = self.rest.get(at + 1..)?;
                return Some(text);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn formulas_of_literals_are_read_as_their_text() {
        for (formula, text) in [
            ("CONCATENATE(\"60777\")", "60777"),
            ("=CONCATENATE(\"0\", \"12\" ; \"3\")", "0123"),
            ("=\"0123\"", "0123"),
            ("T(\"a\"\"b\")", "a\"b"),
            ("=\"01\" & CONCAT(\"2\",(\"3\"))&4", "01234"),
            ("=concatenar(\"\"AB 0012345\"\")", "AB 0012345"),
        ] {
            assert_eq!(literal(formula).as_deref(), Some(text), "{formula}");
        }
    }

    #[test]
    fn a_formula_that_looks_elsewhere_or_does_not_end_is_not_evaluated() {
        for formula in
            ["A1", "=CONCATENATE(A1)", "=SUM(1,2)", "=\"open", "=T(\"a\",\"b\")", "=\"a\"\"", "=", &"(".repeat(500)]
        {
            assert_eq!(literal(formula), None, "{formula}");
        }
    }
}
