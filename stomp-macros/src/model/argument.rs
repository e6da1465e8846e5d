//! Where each argument of a function comes from.

use proc_macro2::Span;
use syn::{Ident, LitStr, Pat, PatType, Type, TypeReference, ext::IdentExt, spanned::Spanned};

use super::{first_of, last_segment, option_of, variables::Variables};
use crate::{
    diag::{Diagnostics, nearest},
    parse::{Annotation, HeaderValues, take_annotation},
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
    /// The same of a `Vec`: the variable's text is split at commas.
    VariableList { variable: String, item: Type },
    /// Is taken from the message by its type; with the variable of its name, or under another name.
    Extract(Spec),
    /// Is what an extractor of ours wraps: `#[payload] body: String`.
    Unwrapped(Unwrapped),
    /// `&E`: the error handled, the event heard.
    Borrowed(Type),
}

/// What an extractor is told beside the argument's name.
#[derive(Default)]
pub(crate) struct Spec {
    pub(crate) variable: Option<String>,
    pub(crate) rename: Option<String>,
    pub(crate) default: Option<String>,
}

/// An argument that is taken out of one of our extractors.
pub(crate) struct Unwrapped {
    pub(crate) extractor: Inner,
    /// What the extractor is around.
    pub(crate) item: Type,
    pub(crate) optional: bool,
    /// Is it spelled `Header<Vec<T>>`, and taken out of a `HeaderList<T>`?
    pub(crate) in_header: bool,
    pub(crate) spec: Spec,
}

/// The extractor that an annotation stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inner {
    Payload,
    Header,
    /// Each value of a header.
    HeaderList,
    DestinationVariable,
}

/// Extractors whose arguments may be called anything without being taken for misspelt variables.
const KNOWN: [&str; 19] = [
    "ApplicationEventPublisher",
    "Arc",
    "DestinationVariable",
    "Header",
    "HeaderList",
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

/// Types that are no extractors, whatever the application does.
const PLAIN: [&str; 17] = [
    "String", "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32",
    "u64", "u128", "usize",
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
            (None, Type::Reference(reference)) if !is_static(reference) => {
                Source::Borrowed((*reference.elem).clone())
            }
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
            Source::Variable(name) | Source::VariableList { variable: name, .. } => Some(name),
            Source::Extract(spec) | Source::Unwrapped(Unwrapped { spec, .. }) => spec.variable.as_deref(),
            Source::Borrowed(_) => None,
        }
    }

    /// Is it left to its type, without anything that says where it comes from?
    pub(super) fn is_by_type(&self) -> bool {
        matches!(&self.source, Source::Extract(spec) if spec.rename.is_none() && spec.default.is_none())
    }

    /// The same of a number, a text or an `Option` of one, which nothing is known to give.
    pub(super) fn is_plain(&self) -> bool {
        let plain = last_segment(option_of(&self.ty).unwrap_or(&self.ty));
        self.is_by_type() && plain.is_some_and(|segment| PLAIN.iter().any(|known| segment.ident == known))
    }

    /// May its type be the application's own?
    pub(super) fn is_unknown(&self) -> bool {
        let known = |segment: &syn::PathSegment| KNOWN.iter().any(|known| segment.ident == known);
        self.is_by_type() && !self.is_plain() && last_segment(&self.ty).is_some_and(|segment| !known(segment))
    }

    /// The unused variable of whose name the argument's is likely a slip.
    pub(super) fn resembles<'v>(&self, unused: &[&'v str]) -> Option<&'v str> {
        let known =
            last_segment(&self.ty).is_some_and(|segment| KNOWN.iter().any(|known| segment.ident == known));
        let by_type = matches!(self.source, Source::Extract(Spec { variable: None, .. }));
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
    match annotation {
        Annotation::Payload => Some(wrapped_or_not(Inner::Payload, ty, Spec::default())),
        Annotation::Header(values) => Some(header(values, ty)),
        Annotation::DestinationVariable(renamed) => {
            let wanted = renamed.as_ref().map_or_else(|| name.to_owned(), LitStr::value);
            let known = match option_of(ty) {
                Some(_) => variables.maybe(&wanted),
                None => variables.everywhere(&wanted),
            };
            let Some(variable) = known else {
                let span = renamed.as_ref().map_or(pattern, LitStr::span);
                diags.at(span, variables.unknown("destination variable", &wanted));
                return None;
            };
            Some(
                if option_of(ty).is_none() && !Inner::DestinationVariable.wraps(ty) {
                    named_variable(variable, ty)
                } else {
                    wrapped_or_not(Inner::DestinationVariable, ty, Spec::variable(Some(variable)))
                },
            )
        }
    }
}

fn header(values: &HeaderValues, ty: &Type) -> Source {
    let text = |literal: &Option<LitStr>| literal.as_ref().map(LitStr::value);
    let spec = Spec {
        variable: None,
        rename: text(&values.name),
        default: text(&values.default),
    };
    if Inner::HeaderList.wraps(ty) {
        return Source::Extract(spec);
    }
    match header_list(ty, spec) {
        Ok(list) => list,
        Err(spec) => wrapped_or_not(Inner::Header, ty, spec),
    }
}

/// `Vec<T>` and `Header<Vec<T>>`, both also in an `Option`; gives `spec` back for other types.
fn header_list(ty: &Type, spec: Spec) -> Result<Source, Spec> {
    let optional = option_of(ty);
    let one = optional.unwrap_or(ty);
    let inner = inside(one, "Header");
    let Some(item) = inside(inner.unwrap_or(one), "Vec") else {
        return Err(spec);
    };
    Ok(Source::Unwrapped(Unwrapped {
        extractor: Inner::HeaderList,
        item: item.clone(),
        optional: optional.is_some(),
        in_header: inner.is_some(),
        spec,
    }))
}

fn wrapped_or_not(extractor: Inner, ty: &Type, spec: Spec) -> Source {
    if extractor.wraps(ty) {
        return Source::Extract(spec);
    }
    let optional = option_of(ty);
    Source::Unwrapped(Unwrapped {
        extractor,
        item: optional.unwrap_or(ty).clone(),
        optional: optional.is_some(),
        in_header: false,
        spec,
    })
}

fn named_variable(variable: String, ty: &Type) -> Source {
    match inside(ty, "Vec") {
        Some(item) => Source::VariableList {
            variable,
            item: item.clone(),
        },
        None => Source::Variable(variable),
    }
}

/// `T` of a type spelled `Name<T>`.
fn inside<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    last_segment(ty)
        .filter(|segment| segment.ident == name)
        .and_then(first_of)
}

fn is_static(reference: &TypeReference) -> bool {
    let lifetime = reference.lifetime.as_ref();
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

impl Spec {
    fn variable(variable: Option<String>) -> Self {
        Self {
            variable,
            ..Self::default()
        }
    }
}

impl Inner {
    fn as_str(self) -> &'static str {
        match self {
            Self::Payload => "Payload",
            Self::Header => "Header",
            Self::HeaderList => "HeaderList",
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
        return Source::Extract(Spec::variable(variable));
    }
    let plain = matches!(pattern, Pat::Ident(_));
    let inner = option_of(ty).filter(|inner| {
        let known =
            last_segment(inner).is_some_and(|segment| KNOWN.iter().any(|known| segment.ident == known));
        !known
    });
    match (inner, variables.somewhere(name)) {
        (Some(_), Some(variable)) if plain => {
            wrapped_or_not(Inner::DestinationVariable, ty, Spec::variable(Some(variable)))
        }
        (None, Some(variable)) if plain && option_of(ty).is_none() => match variables.everywhere(name) {
            Some(variable) => named_variable(variable, ty),
            None => {
                diags.on(
                    pattern,
                    variables.unknown("destination variable", name) + ", or take an `Option`",
                );
                Source::Variable(variable)
            }
        },
        (_, _) => by_type(name, ty, variables),
    }
}

fn by_type(name: &str, ty: &Type, variables: &Variables) -> Source {
    let spec = Spec::variable(variables.everywhere(name));
    let is_header = inside(option_of(ty).unwrap_or(ty), "Header").is_some();
    match is_header.then(|| header_list(ty, Spec::default())) {
        Some(Ok(list)) => list,
        _ => Source::Extract(spec),
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
