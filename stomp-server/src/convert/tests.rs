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
///
/// Rows: CONV-04, CONV-05
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

/// Rows: CONV-09, CONV-13
#[test]
fn utf_16_is_understood_where_it_is_named() {
    let converters = Converters::new();
    let json = Bytes::from_static(b"\0[\0\"\0\xfc\0\"\0]");
    let read = |content_type| converters.read::<Vec<String>>(&json, Some(content_type));
    assert_eq!(read("application/json;charset=UTF-16").unwrap(), ["ü"]);
    assert!(read("application/json").is_err());
    assert!(read("application/json;charset=UTF-16LE").is_err());
    let written = converters
        .write_as(&["ü"], "application/json;charset=utf-16be")
        .unwrap();
    assert_eq!(written, json);
    let text = converters.read::<String>(
        &Bytes::from_static(b"\xff\xfeg\0"),
        Some("text/plain;charset=utf-16"),
    );
    assert_eq!(text.unwrap(), "g");
    // JSON in a character set that it cannot be in is taken for UTF-8.
    let latin1 = converters
        .write_as(&["ü"], "application/json;charset=latin1")
        .unwrap();
    assert_eq!(latin1, "[\"ü\"]".as_bytes());
}

/// Rows: CONV-09
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
    let incomplete = read::<Draft>("{}", None).unwrap_err();
    assert_eq!(incomplete.client_message(), "the body has no field `text`");
    let odd = read::<Draft>("", Some("text/x\n`y`")).unwrap_err();
    assert_eq!(
        odd.client_message(),
        r"a body of content type `text/x\n`y`` is not accepted here"
    );
    assert_eq!(
        read::<Draft>("", None).unwrap_err().client_message(),
        "the body is empty"
    );
}

/// The outgoing matrix of Spring.
///
/// Rows: CONV-01, CONV-13
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

/// Rows: CONV-08, CONV-14, CONV-15
#[test]
fn an_asked_for_content_type_overrides_the_type() {
    let write = |content_type| Converters::new().write_as("q", content_type);
    assert_eq!(write("application/json").unwrap(), "\"q\"");
    assert_eq!(write("text/plain").unwrap(), "q");
    assert_eq!(write("application/vnd.note+json").unwrap(), "\"q\"");
    assert!(write("application/octet-stream").unwrap_err().is_unsupported());
    assert!(write("text/html").unwrap_err().is_unsupported());
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

/// Whatever the content type, but texts only.
struct Shouted;

impl MessageConverter for Shouted {
    fn media_types(&self) -> &[&'static str] {
        &[]
    }

    fn supports(&self, type_id: TypeId) -> bool {
        type_id == TypeId::of::<String>() || type_id == TypeId::of::<str>()
    }

    fn read(
        &self,
        body: &[u8],
        read: &mut dyn FnMut(&mut dyn erased_serde::Deserializer<'_>) -> Result<(), erased_serde::Error>,
    ) -> Result<(), crate::BoxError> {
        let text = String::from_utf8(body.to_ascii_uppercase())?;
        let text = serde::de::value::StringDeserializer::<serde::de::value::Error>::new(text);
        Ok(read(&mut <dyn erased_serde::Deserializer<'_>>::erase(text))?)
    }

    fn write(&self, value: &dyn erased_serde::Serialize) -> Result<Vec<u8>, crate::BoxError> {
        Ok(serde_json::to_string(value)?.to_ascii_uppercase().into_bytes())
    }
}

/// Rows: CONV-06
#[test]
fn a_converter_without_media_types_is_asked_for_all_bodies_of_its_types() {
    let converters = Converters::new().with(Shouted);
    let body = Bytes::from_static(b"hi");
    for content_type in [None, Some("text/plain"), Some("image/png")] {
        assert_eq!(converters.read::<String>(&body, content_type).unwrap(), "HI");
    }
    assert_eq!(converters.write_as("hi", "image/png").unwrap(), "\"HI\"");
    assert!(
        converters
            .read::<Draft>(&body, Some("image/png"))
            .unwrap_err()
            .is_unsupported(),
        "it is not for this type"
    );
    assert!(converters.write_as(&6, "image/png").unwrap_err().is_unsupported());
}

/// Rows: CONV-02
#[test]
fn the_defaults_can_be_left_out() {
    let converters = Converters::new().without_defaults().with(Shouted).with(Bracketed);
    let draft = Draft { text: "hi".into() };
    let (body, content_type) = converters.write(&draft).unwrap();
    assert_eq!(
        (&*body, &*content_type),
        (br#"<{"text":"hi"}>"#.as_slice(), "application/x-bracketed")
    );
    let read: Draft = converters.read(&body, Some("application/x-bracketed")).unwrap();
    assert_eq!(read, draft);
    let json = Bytes::from_static(br#"{"text":"hi"}"#);
    for content_type in [None, Some("application/json")] {
        let refused = converters.read::<Draft>(&json, content_type).unwrap_err();
        assert!(refused.is_unsupported(), "{content_type:?}");
    }
    assert!(converters.write_as(&draft, JSON).unwrap_err().is_unsupported());
    assert_eq!(converters.read::<Bytes>(&json, Some("image/png")).unwrap(), json);
    let nothing = Converters::new().without_defaults();
    assert!(nothing.write("hi").unwrap_err().is_unsupported());
}

/// Rows: CONV-04, CONV-07
#[test]
fn a_strict_chain_reads_nothing_without_a_content_type() {
    let body = Bytes::from_static(br#"{"text":"hi"}"#);
    let strict = Converters::new().strict();
    assert!(strict.read::<Draft>(&body, None).unwrap_err().is_unsupported());
    assert!(strict.read::<String>(&body, None).unwrap_err().is_unsupported());
    assert!(strict.read::<Draft>(&body, Some(JSON)).is_ok());
    let defaulted = strict.with_default_content_type(JSON);
    assert!(defaulted.read::<Draft>(&body, None).is_ok());
    assert!(
        defaulted.read::<String>(&body, None).is_err(),
        "an object is no text in JSON"
    );
    assert_eq!(
        defaulted.read::<String>(&body, Some("text/plain")).unwrap(),
        r#"{"text":"hi"}"#
    );
    let own = Converters::new()
        .with(Bracketed)
        .with_default_content_type("application/x-bracketed");
    assert!(own.read::<Draft>(&body, None).is_err(), "read as bracketed");
}

#[test]
fn a_byte_order_mark_before_json_means_nothing() {
    assert_eq!(read::<u8>("\u{feff}7", None).unwrap(), 7);
    assert!(read::<u8>("\u{feff}\u{feff}7", None).is_err());
    assert!(read::<u8>("\u{feff}", None).is_err());
}

/// Rows: CONV-10, CONV-11, CONV-16
#[test]
fn json_is_read_with_any_suffix_and_unknown_fields_are_passed_over() {
    for content_type in [
        "application/json;charset=UTF-8",
        "application/vnd.note+json",
        "Application/JSON",
    ] {
        let draft = read::<Draft>(r#"{"text":"hi","more":1}"#, Some(content_type)).unwrap();
        assert_eq!(draft.text, "hi", "{content_type}");
    }
    for wrong in ["null", "[1,2]", "{\"text\":", "   "] {
        assert!(read::<Draft>(wrong, Some(JSON)).is_err(), "{wrong}");
    }
    let unsupported = read::<Draft>("{}", Some("text/json")).unwrap_err();
    assert!(unsupported.is_unsupported());
}
