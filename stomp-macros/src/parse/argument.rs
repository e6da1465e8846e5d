//! Spring's parameter annotations: `#[payload]`, `#[header("x-id")]`, `#[destination_variable("roomId")]`.

use syn::{Attribute, LitStr, Meta, PatType};

/// How an argument is annotated.
pub(crate) enum Annotation {
    Payload,
    Header(Option<LitStr>),
    DestinationVariable(Option<LitStr>),
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
        Annotation::Header(name(attribute)?)
    } else if path.is_ident("destination_variable") {
        Annotation::DestinationVariable(name(attribute)?)
    } else {
        return Ok(None);
    }))
}

fn name(attribute: &Attribute) -> syn::Result<Option<LitStr>> {
    match &attribute.meta {
        Meta::Path(_) => Ok(None),
        Meta::List(_) => attribute.parse_args().map(Some),
        Meta::NameValue(value) => Err(syn::Error::new_spanned(
            value,
            "write the name in parentheses: `(\"name\")`",
        )),
    }
}
