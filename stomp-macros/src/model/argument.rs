//! Where each argument of a function comes from.

use proc_macro2::Span;
use syn::{Ident, LitStr, Pat, PatType, Type, ext::IdentExt, spanned::Spanned};

use super::{first_of, last_segment, option_of, variables::Variables};
use crate::{
    diag::{Diagnostics, nearest},
    parse::{Annotation, take_annotation},
};

/// One argument.
pub(crate) struct Argument {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) source: Source,
    /// Of its type.
    pub(crate) span: Span,
}

/// Where it comes from.
pub(crate) enum Source {
    /// Has the name of a variable: `room_id: RoomId`.
    Variable(String),
    /// Is taken from the message by its type; with the variable of its name, or under another name.
    Extract {
        variable: Option<String>,
        rename: Option<String>,
    },
    /// Is what an extractor of ours wraps: `#[payload] body: String`.
    Unwrapped {
        extractor: Inner,
        variable: Option<String>,
        rename: Option<String>,
        optional: Option<Type>,
    },
    /// `&E`: the error handled, the event heard.
    Borrowed(Type),
}

/// The extractor that an annotation stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inner {
    Payload,
    Header,
    DestinationVariable,
}

/// Extractors whose arguments may be called anything without being taken for misspelt variables.
const KNOWN: [&str; 18] = [
    "ApplicationEventPublisher",
    "Arc",
    "DestinationVariable",
    "Header",
    "Headers",
    "Message",
    "MessageContext",
    "Option",
    "Payload",
    "Principal",
    "Result",
    "Session",
    "SessionAttribute",
    "SessionId",
    "SimpMessagingTemplate",
    "SimpUserRegistry",
    "State",
    "Valid",
];

impl Argument {
    /// Takes our annotation off `argument` and finds out where the argument comes from.
    pub(super) fn new(
        index: usize,
        argument: &mut PatType,
        variables: &Variables,
        diags: &mut Diagnostics,
    ) -> Option<Self> {
        let annotation = diags.take(take_annotation(argument)).flatten();
        if let Type::ImplTrait(ty) = &*argument.ty {
            diags.on(
                ty,
                "name the type of the argument: `impl Trait` makes the handler generic",
            );
            return None;
        }
        let ident = bound_ident(&argument.pat);
        let name = ident.map_or_else(|| format!("_{index}"), |ident| ident.unraw().to_string());
        let source = match (annotation, &*argument.ty) {
            (Some(annotation), ty) => {
                annotated(&annotation, &name, ty, argument.pat.span(), variables, diags)?
            }
            (None, Type::Reference(reference)) => Source::Borrowed((*reference.elem).clone()),
            (None, ty) => by_name_or_type(&argument.pat, &name, ty, variables, diags),
        };
        Some(Self {
            name,
            ty: (*argument.ty).clone(),
            source,
            span: argument.ty.span(),
        })
    }

    /// The variable that it reads.
    pub(super) fn variable(&self) -> Option<&str> {
        match &self.source {
            Source::Variable(name) => Some(name),
            Source::Extract { variable, .. } | Source::Unwrapped { variable, .. } => variable.as_deref(),
            Source::Borrowed(_) => None,
        }
    }

    /// The unused variable of whose name the argument's is likely a slip.
    pub(super) fn resembles<'v>(&self, unused: &[&'v str]) -> Option<&'v str> {
        let known =
            last_segment(&self.ty).is_some_and(|segment| KNOWN.iter().any(|known| segment.ident == known));
        let by_type = matches!(self.source, Source::Extract { variable: None, .. });
        if known || !by_type {
            return None;
        }
        nearest(&self.name, unused.iter().copied())
    }
}

fn annotated(
    annotation: &Annotation,
    name: &str,
    ty: &Type,
    pattern: Span,
    variables: &Variables,
    diags: &mut Diagnostics,
) -> Option<Source> {
    let text = |literal: &Option<LitStr>| literal.as_ref().map(LitStr::value);
    let optional = option_of(ty).cloned();
    let (extractor, variable, rename) = match annotation {
        Annotation::Payload => (Inner::Payload, None, None),
        Annotation::Header(renamed) => (Inner::Header, None, text(renamed)),
        Annotation::DestinationVariable(renamed) => {
            let wanted = text(renamed).unwrap_or_else(|| name.to_owned());
            let known = match optional {
                Some(_) => variables.somewhere(&wanted),
                None => variables.everywhere(&wanted),
            };
            let Some(variable) = known else {
                let span = renamed.as_ref().map_or(pattern, LitStr::span);
                diags.at(span, variables.unknown("destination variable", &wanted));
                return None;
            };
            (Inner::DestinationVariable, Some(variable), None)
        }
    };
    Some(match (extractor, variable) {
        (_, variable) if extractor.wraps(ty) => Source::Extract { variable, rename },
        (Inner::DestinationVariable, Some(variable)) if optional.is_none() => Source::Variable(variable),
        (_, variable) => Source::Unwrapped {
            extractor,
            variable,
            rename,
            optional,
        },
    })
}

impl Inner {
    fn as_str(self) -> &'static str {
        match self {
            Self::Payload => "Payload",
            Self::Header => "Header",
            Self::DestinationVariable => "DestinationVariable",
        }
    }

    /// Is the type spelled with the extractor that its annotation stands for already? `#[header("x-id")] id:
    /// Option<Header<u32>>` says one thing twice, which does no harm. (A `Payload` without `<T>` is the application's.)
    fn wraps(self, ty: &Type) -> bool {
        let Some((segment, inner)) = last_segment(ty).and_then(|segment| Some((segment, first_of(segment)?)))
        else {
            return false;
        };
        let is_around = ["Option", "Result", "Valid"]
            .iter()
            .any(|known| segment.ident == known);
        segment.ident == self.as_str() || (is_around && self.wraps(inner))
    }
}

fn optional_variable(variable: String, optional: Option<Type>) -> Source {
    Source::Unwrapped {
        extractor: Inner::DestinationVariable,
        variable: Some(variable),
        rename: None,
        optional,
    }
}

fn by_name_or_type(
    pattern: &Pat,
    name: &str,
    ty: &Type,
    variables: &Variables,
    diags: &mut Diagnostics,
) -> Source {
    let wrapped = last_segment(ty).is_some_and(|segment| segment.ident == "DestinationVariable");
    if wrapped {
        let variable = variables.everywhere(name);
        if variable.is_none() {
            diags.on(pattern, variables.unknown("destination variable", name));
        }
        return Source::Extract {
            variable,
            rename: None,
        };
    }
    let plain = matches!(pattern, Pat::Ident(_));
    let inner = option_of(ty).filter(|inner| {
        let known =
            last_segment(inner).is_some_and(|segment| KNOWN.iter().any(|known| segment.ident == known));
        !known
    });
    match (inner, variables.somewhere(name)) {
        (Some(inner), Some(variable)) if plain => optional_variable(variable, Some(inner.clone())),
        (None, Some(variable)) if plain && option_of(ty).is_none() => match variables.everywhere(name) {
            Some(variable) => Source::Variable(variable),
            None => {
                diags.on(
                    pattern,
                    variables.unknown("destination variable", name) + ", or take an `Option`",
                );
                Source::Variable(variable)
            }
        },
        (_, _) => Source::Extract {
            variable: variables.everywhere(name),
            rename: None,
        },
    }
}

/// `x` of `x`, `mut x`, `Payload(x)`.
fn bound_ident(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(ident) => Some(&ident.ident),
        Pat::TupleStruct(tuple) if tuple.elems.len() == 1 => bound_ident(&tuple.elems[0]),
        Pat::Reference(reference) => bound_ident(&reference.pat),
        Pat::Paren(paren) => bound_ident(&paren.pat),
        _ => None,
    }
}
