//! One checked function.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{
    Expr, ExprLit, FnArg, GenericParam, Ident, Lit, LitStr, Meta, Receiver, ReturnType, Signature, Type,
};

use super::{
    argument::{Argument, Source},
    last_segment,
    mapping::Mapping,
    target::{Target, targets},
    variables::Variables,
};
use crate::{
    diag::{Diagnostics, shown},
    parse::{Attribute, Name},
};

/// A function that the attributes make a handler, exception handler or listener.
pub(crate) struct Handler {
    pub(crate) ident: Ident,
    pub(crate) kind: Kind,
    pub(crate) is_async: bool,
    pub(crate) takes_self: bool,
    pub(crate) output: Option<Type>,
    pub(crate) cfgs: Vec<syn::Attribute>,
    pub(crate) docs: String,
    pub(crate) arguments: Vec<Argument>,
    /// Empty for exception handlers and listeners.
    pub(crate) mappings: Vec<Mapping>,
    pub(crate) targets: Vec<Target>,
    /// The types that an exception handler's attribute names.
    errors: Vec<Type>,
    pub(crate) krate: Option<syn::Path>,
}

/// What calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Message,
    Exception,
    Listener,
}

/// What stands around the function.
#[derive(Default, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// Of the controller.
    pub(crate) prefixes: &'a [LitStr],
    /// The controller's default targets.
    pub(crate) targets: &'a [Attribute],
}

impl Handler {
    /// Checks `attributes` against the function they stand on, and takes the annotations off its arguments.
    pub(crate) fn new(
        attributes: &[Attribute],
        item: &[syn::Attribute],
        signature: &mut Signature,
        around: Surroundings<'_>,
        diags: &mut Diagnostics,
    ) -> Option<Self> {
        let kind = kind(attributes, &signature.ident, diags)?;
        check_signature(signature, diags);
        let is_async = signature.asyncness.is_some();
        let mapped = attributes.iter().filter(|attribute| attribute.name.is_mapping());
        let mappings: Vec<_> = mapped
            .map(|one| Mapping::new(one, around.prefixes, is_async, diags))
            .collect();
        let variables = Variables::of(&mappings);
        let targets = handler_targets(kind, attributes, around, &variables, diags);
        let takes_self = takes_self(signature, diags);
        let arguments = match kind {
            Kind::Exception => arguments(signature, &Variables::open(), diags),
            Kind::Message | Kind::Listener => arguments(signature, &variables, diags),
        };
        check_borrowed(kind, &arguments, attributes, diags);
        check_near_misses(&variables, &arguments, attributes, diags);
        check_plain(kind, &variables, &arguments, diags);
        Some(Self {
            ident: signature.ident.clone(),
            kind,
            is_async,
            takes_self,
            output: match &signature.output {
                ReturnType::Type(_, ty) => Some((**ty).clone()),
                ReturnType::Default => None,
            },
            cfgs: item
                .iter()
                .filter(|one| one.path().is_ident("cfg"))
                .cloned()
                .collect(),
            docs: docs(item),
            arguments,
            mappings,
            targets,
            errors: named_errors(attributes),
            krate: attributes
                .iter()
                .find_map(|attribute| attribute.values.krate.clone()),
        })
    }

    /// The type behind its `&E`: the error it handles or the event it hears.
    pub(crate) fn borrowed(&self) -> Option<&Type> {
        self.arguments.iter().find_map(|argument| match &argument.source {
            Source::Borrowed(ty) => Some(ty),
            _ => None,
        })
    }

    /// The types of errors that an exception handler is for: those its attribute names, else that of its `&E`.
    pub(crate) fn handled(&self) -> impl Iterator<Item = &Type> {
        let by_argument = self.borrowed().filter(|_| self.errors.is_empty());
        self.errors.iter().chain(by_argument)
    }

    /// Are its types those of its attribute?
    pub(crate) fn names_errors(&self) -> bool {
        !self.errors.is_empty()
    }
}

fn named_errors(attributes: &[Attribute]) -> Vec<Type> {
    let handlers = attributes.iter().filter(|one| one.name == Name::ExceptionHandler);
    handlers.flat_map(|one| &one.values.errors).cloned().collect()
}

fn kind(attributes: &[Attribute], ident: &Ident, diags: &mut Diagnostics) -> Option<Kind> {
    let first = |wanted: Name| attributes.iter().find(|attribute| attribute.name == wanted);
    let mapped = attributes.iter().any(|attribute| attribute.name.is_mapping());
    let (exception, listener) = (first(Name::ExceptionHandler), first(Name::EventListener));
    for attribute in [exception, listener].into_iter().flatten() {
        check_bare(attribute, diags);
        if mapped {
            diags.at(
                attribute.span,
                "a function is either mapped to a destination, or an exception handler, or an event listener",
            );
        }
    }
    match (mapped, exception, listener) {
        (true, ..) => Some(Kind::Message),
        (false, Some(_), Some(listener)) => {
            diags.at(
                listener.span,
                "a function is either an exception handler or an event listener, not both",
            );
            Some(Kind::Exception)
        }
        (false, Some(_), None) => Some(Kind::Exception),
        (false, None, Some(_)) => Some(Kind::Listener),
        (false, None, None) => {
            let name = attributes
                .first()
                .map_or("send_to", |attribute| attribute.name.as_str());
            let message = format!(
                "`#[{name}]` says where the reply goes, but nothing maps messages to this function: add \
                 `#[message_mapping(\"…\")]` or `#[subscribe_mapping(\"…\")]`"
            );
            diags.on(ident, message);
            None
        }
    }
}

fn check_bare(attribute: &Attribute, diags: &mut Diagnostics) {
    let Some(destination) = attribute.values.destinations.first() else {
        return;
    };
    let message = match attribute.name {
        Name::ExceptionHandler => {
            "`#[message_exception_handler]` takes no destination; it handles the error type of its `&E` argument"
        }
        _ => "`#[event_listener]` takes no destination; it hears the event type of its `&E` argument",
    };
    diags.on(destination, message);
}

fn check_signature(signature: &Signature, diags: &mut Diagnostics) {
    let by_type = |parameter: &&GenericParam| !matches!(parameter, GenericParam::Lifetime(_));
    if signature
        .generics
        .params
        .iter()
        .any(|parameter| by_type(&parameter))
    {
        diags.on(
            &signature.generics,
            "a handler cannot be generic: nobody would choose the types",
        );
    }
    if let Some(constness) = &signature.constness {
        diags.on(constness, "a handler cannot be `const`");
    }
    if let Some(unsafety) = signature.unsafety() {
        diags.push(unsafety);
    }
    if let Some(variadic) = &signature.variadic {
        diags.on(variadic, "a handler cannot be variadic");
    }
}

/// An error for `unsafe fn`, whichever way the syntax tree keeps the word.
trait Unsafety {
    fn unsafety(&self) -> Option<syn::Error>;
}

impl Unsafety for Signature {
    fn unsafety(&self) -> Option<syn::Error> {
        let head = self.to_token_stream().into_iter();
        let mut before = head.take_while(|token| token.to_string() != "fn");
        let word = before.find(|token| token.to_string() == "unsafe")?;
        Some(syn::Error::new(
            word.span(),
            "a handler cannot be `unsafe`: messages call it",
        ))
    }
}

fn takes_self(signature: &Signature, diags: &mut Diagnostics) -> bool {
    let Some(receiver) = signature.receiver() else {
        return false;
    };
    if !is_plain_reference(receiver) {
        diags.on(receiver, "handlers share the controller: take `&self`");
    }
    true
}

fn is_plain_reference(receiver: &Receiver) -> bool {
    receiver.to_token_stream().to_string().replace(' ', "") == "&self"
}

fn arguments(signature: &mut Signature, variables: &Variables, diags: &mut Diagnostics) -> Vec<Argument> {
    let typed = signature.inputs.iter_mut().filter_map(|input| match input {
        FnArg::Typed(argument) => Some(argument),
        FnArg::Receiver(_) => None,
    });
    typed
        .enumerate()
        .filter_map(|(index, argument)| Argument::new(index, argument, variables, diags))
        .collect()
}

fn handler_targets(
    kind: Kind,
    attributes: &[Attribute],
    around: Surroundings<'_>,
    variables: &Variables,
    diags: &mut Diagnostics,
) -> Vec<Target> {
    let own: Vec<_> = attributes
        .iter()
        .filter(|attribute| attribute.name.is_target())
        .collect();
    match kind {
        Kind::Message => targets(&own, around.targets, Some(variables), diags),
        // Which variables there are depends on the message that failed.
        Kind::Exception => targets(&own, around.targets, None, diags),
        Kind::Listener => {
            if let Some(target) = own.first() {
                diags.at(
                    target.span,
                    "an event listener answers nobody: send with the template",
                );
            }
            Vec::new()
        }
    }
}

fn check_borrowed(kind: Kind, arguments: &[Argument], attributes: &[Attribute], diags: &mut Diagnostics) {
    let borrowed: Vec<_> = arguments
        .iter()
        .filter(|argument| matches!(argument.source, Source::Borrowed(_)))
        .collect();
    let (name, what) = match kind {
        Kind::Message => {
            for argument in borrowed {
                diags.on(
                    &argument.ty,
                    "handlers take owned arguments; `&T` is only for the error of a `#[message_exception_handler]` or the \
                     event of an `#[event_listener]`",
                );
            }
            return;
        }
        Kind::Exception => (
            Name::ExceptionHandler,
            "an exception handler takes exactly one `&E` argument, the error it handles",
        ),
        Kind::Listener => (
            Name::EventListener,
            "an event listener takes exactly one `&E` argument, the event it hears",
        ),
    };
    for argument in &borrowed {
        check_named(kind, argument, diags);
    }
    let named = named_errors(attributes);
    if let (false, [] | [_]) = (named.is_empty(), &borrowed[..]) {
        if let Some(argument) = borrowed.first() {
            check_fits_named(&named, argument, diags);
        }
        return;
    }
    let by_name = || arguments.iter().find(|argument| is_owned(kind, argument));
    let by_type = || arguments.iter().find(|argument| argument.is_unknown());
    if borrowed.is_empty()
        && let Some(owned) = by_name().or_else(by_type)
    {
        let what = what.split_once(',').map_or(what, |(what, _)| what);
        diags.on(&owned.ty, format!("{what}: write `&{}`", shown(&owned.ty)));
    } else if borrowed.len() != 1 {
        let span = attributes
            .iter()
            .find(|one| one.name == name)
            .map_or_else(Span::call_site, |one| one.span);
        diags.at(span, format!("{what}; this one takes {}", borrowed.len()));
    }
}

/// Was this argument meant to be the error or event, by the name of its type?
fn is_owned(kind: Kind, argument: &Argument) -> bool {
    let ending = if kind == Kind::Listener { "Event" } else { "Error" };
    last_segment(&argument.ty).is_some_and(|segment| segment.ident.to_string().ends_with(ending))
}

/// One of several errors is looked at as the whole that it is a part of.
fn check_fits_named(named: &[Type], argument: &Argument, diags: &mut Diagnostics) {
    let Source::Borrowed(ty) = &argument.source else {
        return;
    };
    let is_whole = last_segment(ty).is_some_and(|segment| segment.ident == "HandlerError");
    let is_named = matches!(named, [only] if shown(only) == shown(ty));
    if !is_whole && !is_named {
        diags.on(
            &argument.ty,
            "the attribute names the errors that come here: take `&HandlerError` and look with `downcast_ref`, or no \
             error at all",
        );
    }
}

/// Handlers and listeners are chosen by a type, so `&dyn Error` and `&impl Error` choose none.
fn check_named(kind: Kind, argument: &Argument, diags: &mut Diagnostics) {
    let Source::Borrowed(ty) = &argument.source else {
        return;
    };
    let mut ty = ty;
    while let Type::Paren(paren) = ty {
        ty = &paren.elem;
    }
    if matches!(ty, Type::TraitObject(_) | Type::ImplTrait(_)) {
        let message = match kind {
            Kind::Listener => "a listener hears one type of events: name it, as in `&SessionConnectedEvent`",
            _ => {
                "an exception handler is chosen by the type of the error: take `&HandlerError`, which is every error"
            }
        };
        diags.on(&argument.ty, message);
    }
}

/// A variable may go unused, as in Spring, but an argument that nearly has its name was meant to be it.
fn check_near_misses(
    variables: &Variables,
    arguments: &[Argument],
    attributes: &[Attribute],
    diags: &mut Diagnostics,
) {
    let in_target = |name: &str| {
        let literals = attributes
            .iter()
            .filter(|one| one.name.is_target())
            .flat_map(|one| &one.values.destinations);
        literals
            .into_iter()
            .any(|literal| crate::grammar::rust_name(&literal.value()).contains(name))
    };
    let used =
        |name: &str| arguments.iter().any(|argument| argument.variable() == Some(name)) || in_target(name);
    let unused: Vec<_> = variables
        .iter()
        .filter(|name| !name.starts_with('_') && !used(name))
        .collect();
    for argument in arguments {
        if let Some(variable) = argument.resembles(&unused) {
            let message = format!(
                "argument `{}` looks like the destination variable `{{{variable}}}` but has another name; rename it to \
                 `{variable}` (or the variable to `_{variable}` if it is meant to be ignored)",
                argument.name
            );
            diags.at(argument.span, message);
        }
    }
}

/// A number or text that nothing gives: most likely a variable, by another name or of the message that failed.
fn check_plain(kind: Kind, variables: &Variables, arguments: &[Argument], diags: &mut Diagnostics) {
    let is_told = |argument: &Argument| match kind {
        Kind::Message => variables.iter().next().is_some() && argument.variable().is_none(),
        Kind::Exception => true,
        Kind::Listener => false,
    };
    let used: Vec<_> = arguments.iter().filter_map(Argument::variable).collect();
    let unused: Vec<_> = variables.iter().filter(|name| !used.contains(name)).collect();
    for argument in arguments.iter().filter(|one| one.is_plain() && is_told(one)) {
        let (name, ty) = (&argument.name, shown(&argument.ty));
        let message = match kind {
            // That is told already.
            Kind::Message if argument.resembles(&unused).is_some() => continue,
            Kind::Message => format!(
                "`{name}` is not a variable of the destination: {}; give the argument the variable's name, or say what \
                 else it is: `#[payload] {name}: {ty}`, `#[header] {name}: {ty}`",
                variables.list()
            ),
            _ => format!(
                "an exception handler says which arguments are variables of the message that failed: write \
                 `#[destination_variable] {name}: {ty}` (or `#[payload]`, `#[header]`)"
            ),
        };
        diags.at(argument.span, message);
    }
}

fn docs(attributes: &[syn::Attribute]) -> String {
    let lines = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .filter_map(|attribute| {
            let Meta::NameValue(value) = &attribute.meta else {
                return None;
            };
            match &value.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text), ..
                }) => Some(text.value()),
                _ => None,
            }
        });
    let lines: Vec<_> = lines.map(|line| line.trim().to_owned()).collect();
    lines.join("\n").trim().to_owned()
}
