//! The checked meaning of what was written.

mod argument;
mod conflict;
mod handler;
mod mapping;
mod target;
mod variables;

pub(crate) use self::{
    argument::{Argument, Inner, Source, Spec, Unwrapped},
    conflict::check_block,
    handler::{Handler, Kind, Surroundings},
    mapping::{Mapping, Mode},
    target::Target,
};

/// The last segment of a type's path: `State` of `stomp_server::State<T>`.
fn last_segment(ty: &syn::Type) -> Option<&syn::PathSegment> {
    match ty {
        syn::Type::Path(path) => path.path.segments.last(),
        syn::Type::Group(group) => last_segment(&group.elem),
        syn::Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// `T` of a type spelled `Option<T>`.
fn option_of(ty: &syn::Type) -> Option<&syn::Type> {
    last_segment(ty)
        .filter(|segment| segment.ident == "Option")
        .and_then(first_of)
}

/// `T` of `Result<T, E>`.
fn first_of(segment: &syn::PathSegment) -> Option<&syn::Type> {
    match &segment.arguments {
        syn::PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            syn::GenericArgument::Type(inner) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}
