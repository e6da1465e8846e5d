//! Spring's parameter annotations: `#[payload]`, `#[header("x-id", default = "7")]`, `#[destination_variable("roomId")]`.

use syn::{
    Attribute, Ident, Lit, LitStr, Meta, PatType, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

/// How an argument is annotated.
pub(crate) enum Annotation {
    Payload,
    Header(HeaderValues),
    DestinationVariable(Option<LitStr>),
}

/// What stands between the parentheses of `#[header]`.
#[derive(Default)]
pub(crate) struct HeaderValues {
    pub(crate) name: Option<LitStr>,
    pub(crate) default: Option<LitStr>,
}

/// Takes the annotation off an argument; the compiler knows no attributes there.
pub(crate) fn take_annotation(argument: &mut PatType) -> syn::Result<Option<Annotation>> {
    let mut found = None;
    let mut failed = None;
    argument.attrs.retain(|attribute| match parse(attribute) {
        Ok(None) => true,
        Ok(Some(_)) if found.is_some() => {
            failed = Some(syn::Error::new_spanned(
                attribute,
                "an argument comes from one place: take one annotation away",
            ));
            false
        }
        Ok(annotation) => {
            found = annotation;
            false
        }
        Err(error) => {
            failed = Some(error);
            false
        }
    });
    failed.map_or(Ok(found), Err)
}

fn parse(attribute: &Attribute) -> syn::Result<Option<Annotation>> {
    let path = attribute.path();
    Ok(Some(if path.is_ident("payload") {
        if !matches!(attribute.meta, Meta::Path(_)) {
            return Err(syn::Error::new_spanned(attribute, "usage: `#[payload]`"));
        }
        Annotation::Payload
    } else if path.is_ident("header") {
        Annotation::Header(arguments(attribute)?.unwrap_or_default())
    } else if path.is_ident("destination_variable") {
        Annotation::DestinationVariable(arguments(attribute)?)
    } else {
        return Ok(None);
    }))
}

fn arguments<T: Parse>(attribute: &Attribute) -> syn::Result<Option<T>> {
    match &attribute.meta {
        Meta::Path(_) => Ok(None),
        Meta::List(_) => attribute.parse_args().map(Some),
        Meta::NameValue(value) => Err(syn::Error::new_spanned(
            value,
            "write the name in parentheses: `(\"name\")`",
        )),
    }
}

impl Parse for HeaderValues {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut values = Self::default();
        while !input.is_empty() {
            if input.peek(Ident::peek_any) {
                values.option(input)?;
            } else if values.name.is_none() && values.default.is_none() {
                let name: LitStr = input.parse()?;
                if name.value().is_empty() {
                    return Err(syn::Error::new(name.span(), "a header has a name"));
                }
                values.name = Some(name);
            } else {
                return Err(input.error("usage: `#[header(\"x-id\", default = \"7\")]`"));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(values)
    }
}

impl HeaderValues {
    fn option(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let option = input.call(Ident::parse_any)?;
        let message = match option.to_string().as_str() {
            "default" if self.default.is_some() => "a header has one default".to_owned(),
            "default" => {
                input.parse::<Token![=]>()?;
                self.default = Some(quoted(input)?);
                return Ok(());
            }
            "required" => {
                "a header is required unless its argument is an `Option` or has a `default`".to_owned()
            }
            "name" | "value" => "the name stands first, by itself: `#[header(\"x-id\")]`".to_owned(),
            "default_value" | "defaultValue" => "it is called `default` here: `default = \"7\"`".to_owned(),
            unknown => format!("unknown option `{unknown}`; `#[header]` knows `default = \"…\"`"),
        };
        Err(syn::Error::new(option.span(), message))
    }
}

/// A default is what a client would have sent: text.
fn quoted(input: ParseStream<'_>) -> syn::Result<LitStr> {
    match input.parse()? {
        Lit::Str(text) => Ok(text),
        other => Err(syn::Error::new(
            other.span(),
            "write the default in quotes, as a client would send it: `default = \"7\"`",
        )),
    }
}
