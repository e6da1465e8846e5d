//! Is a `content-type` the MIME type that STOMP 1.2 says it must be?

/// `type/subtype` and parameters, as RFC 9110 8.3.1 and Spring read them. What a parameter means is not looked at, nor is
/// one without `=`.
pub(super) fn is_media_type(text: &str) -> bool {
    // What nearly all frames have needs no second look.
    if matches!(
        text,
        "application/json" | "text/plain" | "application/octet-stream"
    ) {
        return true;
    }
    match text.split_once(';') {
        Some((essence, parameters)) => {
            is_essence(essence.trim()) && parameters_of(parameters).all(is_parameter)
        }
        None => is_essence(text.trim()),
    }
}

fn is_essence(essence: &str) -> bool {
    match essence.split_once('/') {
        Some((kind, sub)) => is_token(kind) && is_token(sub) && (kind != "*" || sub == "*"),
        None => essence == "*",
    }
}

/// What stands between semicolons; one within quotes is text.
fn parameters_of(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |c| {
        let literal = std::mem::take(&mut escaped);
        match c {
            '\\' if quoted && !literal => escaped = true,
            '"' if !literal => quoted = !quoted,
            ';' => return !quoted,
            _ => {}
        }
        false
    })
}

fn is_parameter(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else {
        return true;
    };
    let value = value.trim();
    let is_quoted = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
    is_token(name.trim()) && (is_quoted || is_token(value))
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| IN_TOKENS[usize::from(octet)])
}

/// Which octets tokens are made of: a table, as every frame with a body asks.
const IN_TOKENS: [bool; 256] = {
    let mut table = [false; 256];
    let mut octet = b'!';
    while octet <= b'~' {
        table[octet as usize] = true;
        octet += 1;
    }
    let others = br#"()<>@,;:\"/[]?={}"#;
    let mut at = 0;
    while at < others.len() {
        table[others[at] as usize] = false;
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::is_media_type;

    #[test]
    fn types_with_and_without_parameters_are_known() {
        for text in [
            "text/plain",
            "application/vnd.note+json",
            " text/plain ; charset=utf-8; a=\"b; \\\" c\" ",
            "text/plain;charset",
            "text/plain;",
            "*/*",
            "*",
            "application/*",
        ] {
            assert!(is_media_type(text), "{text}");
        }
        for text in [
            "",
            " ",
            "text",
            "text/",
            "/plain",
            "text//plain",
            "text/pl ain",
            "te\u{e9}t/plain",
            "text/plain;charset=",
            "text/plain;=utf-8",
            "text/plain;a=b c",
            "text/plain;a=\"b",
            "*/plain",
            "text/plain, text/html",
        ] {
            assert!(!is_media_type(text), "{text}");
        }
    }
}
