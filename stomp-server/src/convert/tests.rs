use serde::Deserialize;

use super::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Draft {
    text: String,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Named(String);

/// A format of our own for the tests: JSON in brackets.
struct Bracketed;

impl MessageConverter for Bracketed {
    fn media_types(&self) -> &[&'static str] {
        &["application/x-bracketed"]
    }

    fn read(
        &self,
        body: &[u8],
        read: &mut dyn FnMut(&mut dyn erased_serde::Deserializer<'_>) -> Result<(), erased_serde::Error>,
    ) -> Result<(), crate::BoxError> {
        let inner = body
            .strip_prefix(b"<")
            .and_then(|rest| rest.strip_suffix(b">"))
            .ok_or("no brackets")?;
        let mut json = serde_json::Deserializer::from_slice(inner);
        Ok(read(&mut <dyn erased_serde::Deserializer<'_>>::erase(&mut json))?)
    }

    fn write(&self, value: &dyn erased_serde::Serialize) -> Result<Vec<u8>, crate::BoxError> {
        Ok(format!("<{}>", serde_json::to_string(value)?).into_bytes())
    }
}

fn read<T: DeserializeOwned + 'static>(
    body: &'static str,
    content_type: Option<&str>,
) -> Result<T, ConvertError> {
    Converters::new().read(&Bytes::from_static(body.as_bytes()), content_type)
}

fn written<T: Serialize + ?Sized>(value: &T) -> (String, String) {
    let (body, content_type) = Converters::new().write(value).unwrap();
    (
        String::from_utf8(body.to_vec()).unwrap(),
        content_type.into_owned(),
    )
}

/// The incoming matrix of Spring.
#[test]
fn the_content_type_decides_how_text_and_objects_are_read() {
    assert_eq!(read::<String>("hi", None).unwrap(), "hi");
    assert_eq!(
        read::<String>("hi", Some("text/plain;charset=utf-8")).unwrap(),
        "hi"
    );
    assert_eq!(read::<String>("\"q\"", Some("application/json")).unwrap(), "q");
    assert!(read::<String>("{}", Some("application/json")).is_err());
    assert!(
        read::<String>("hi", Some("image/png"))
            .unwrap_err()
            .is_unsupported()
    );
    let draft = Draft { text: "hi".into() };
    assert_eq!(read::<Draft>(r#"{"text":"hi"}"#, None).unwrap(), draft);
    assert_eq!(
        read::<Draft>(r#"{"text":"hi"}"#, Some("application/a+json")).unwrap(),
        draft
    );
    assert!(
        read::<Draft>("{}", Some("text/plain"))
            .unwrap_err()
            .is_unsupported()
    );
    assert_eq!(
        read::<Bytes>("\u{e9}", Some("image/png")).unwrap(),
        "\u{e9}".as_bytes()
    );
    assert_eq!(read::<Vec<u8>>("ab", None).unwrap(), b"ab");
}

#[test]
fn latin_1_text_is_understood() {
    let body = Bytes::from_static(&[b'g', 0xfc]);
    let text: String = Converters::new()
        .read(&body, Some("text/plain;charset=ISO-8859-1"))
        .unwrap();
    assert_eq!(text, "gü");
    let back = Converters::new()
        .write_as("gü", "text/plain;charset=ISO-8859-1")
        .unwrap();
    assert_eq!(back, body);
    assert!(Converters::new().read::<String>(&body, None).is_err());
    assert!(
        Converters::new()
            .write_as("…", "text/plain;charset=latin1")
            .is_err()
    );
}

#[test]
fn what_clients_are_told_names_a_place_and_no_type() {
    let broken = read::<Draft>("{\"text\":", None).unwrap_err();
    assert_eq!(
        broken.client_message(),
        "the body is malformed at line 1, column 8"
    );
    let mismatch = read::<Draft>("[1]", None).unwrap_err();
    assert!(
        mismatch
            .client_message()
            .starts_with("the body does not have the expected shape")
    );
    assert!(!mismatch.client_message().contains("Draft"));
    assert_eq!(
        read::<Draft>("", None).unwrap_err().client_message(),
        "the body is empty"
    );
}

/// The outgoing matrix of Spring.
#[test]
fn the_type_decides_how_a_value_is_written() {
    let text = |body: &str| (body.to_owned(), TEXT.to_owned());
    assert_eq!(written("plain"), text("plain"));
    assert_eq!(written(&"plain".to_owned()), text("plain"));
    assert_eq!(written(&"plain"), text("plain"));
    assert_eq!(written(&Cow::from("plain")), text("plain"));
    assert_eq!(written(&vec![104_u8, 105]), ("hi".to_owned(), OCTETS.to_owned()));
    assert_eq!(
        written(&Bytes::from_static(b"hi")),
        ("hi".to_owned(), OCTETS.to_owned())
    );
    assert_eq!(written(&6), ("6".to_owned(), JSON.to_owned()));
    assert_eq!(written(&vec![1_u16]), ("[1]".to_owned(), JSON.to_owned()));
    assert_eq!(written(&Named("x".into())), ("\"x\"".to_owned(), JSON.to_owned()));
}

#[test]
fn an_asked_for_content_type_overrides_the_type() {
    let write = |content_type| Converters::new().write_as("q", content_type);
    assert_eq!(write("application/json").unwrap(), "\"q\"");
    assert_eq!(write("text/plain").unwrap(), "q");
    assert!(write("application/octet-stream").unwrap_err().is_unsupported());
    assert!(
        Converters::new()
            .write_as(&6, "text/plain")
            .unwrap_err()
            .is_unsupported()
    );
}

#[test]
fn an_own_converter_is_asked_by_its_media_type_only() {
    let converters = Converters::new().with(Bracketed);
    let body = Bytes::from_static(br#"<{"text":"hi"}>"#);
    let draft: Draft = converters
        .read(&body, Some("application/x-bracketed; v=1"))
        .unwrap();
    assert_eq!(draft.text, "hi");
    assert_eq!(
        converters.write_as(&draft, "application/x-bracketed").unwrap(),
        body
    );
    assert!(converters.read::<Draft>(&body, None).is_err());
    let wrong = Bytes::from_static(b"{}");
    let refused = converters
        .read::<Draft>(&wrong, Some("application/x-bracketed"))
        .unwrap_err();
    assert_eq!(refused.client_message(), "the body is malformed");
}
