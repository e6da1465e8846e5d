//! What is written down about a function: constants beside its glue.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{Paths, call, location};
use crate::diag::shown;
use crate::model::{Argument, Handler, Inner, Kind, Mapping, Mode, Source, Target, Unwrapped};

/// The constants of all functions of a block, or of the one free function.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) routes: Vec<TokenStream>,
    pub(super) exceptions: Vec<TokenStream>,
    pub(super) listeners: Vec<TokenStream>,
}

impl Tables {
    /// Adds `handler`, known as `name`, whose glue is `call`.
    pub(super) fn add(&mut self, handler: &Handler, name: &str, call: &TokenStream, paths: &Paths) {
        let cfgs = &handler.cfgs;
        let entry = |tokens: TokenStream| quote!(#(#cfgs)* #tokens);
        match handler.kind {
            Kind::Message => {
                let routes = handler
                    .mappings
                    .iter()
                    .map(|mapping| route(handler, mapping, name, call, paths));
                self.routes.extend(routes.map(entry));
            }
            Kind::Exception => self
                .exceptions
                .extend(exceptions(handler, name, call, paths).map(entry)),
            Kind::Listener => self
                .listeners
                .extend(listener(handler, name, call, paths).map(entry)),
        }
    }
}

fn route(handler: &Handler, mapping: &Mapping, name: &str, call: &TokenStream, paths: &Paths) -> TokenStream {
    let p = &paths.private;
    let kind = if mapping.subscribe {
        quote!(Subscribe)
    } else {
        quote!(Send)
    };
    let mode = match mapping.mode {
        Mode::Ordered => quote!(Ordered),
        Mode::Concurrent => quote!(Concurrent),
        Mode::Blocking => quote!(Blocking),
    };
    let patterns = mapping.patterns.iter().map(|(pattern, _)| pattern.text());
    let parts = mapping.patterns.iter().map(|(pattern, _)| {
        let (prefix, destination) = (&pattern.prefix, &pattern.destination);
        quote!((#prefix, #destination))
    });
    let (targets, location) = (targets(handler, paths), location(paths, &handler.ident));
    let docs = &handler.docs;
    let (requirements, describe) = (requirements(handler, paths), describe(handler, paths));
    quote! {
        #p::Route {
            meta: #p::RouteMeta::new(
                #name, #p::MessageKind::#kind, &[#(#patterns),*], &[#(#parts),*], &[#(#targets),*], #p::ExecutionMode::#mode, #location, #docs,
            ),
            requirements: #requirements,
            describe: #describe,
            call: #call,
        }
    }
}

/// One entry for each type of errors.
fn exceptions<'a>(
    handler: &'a Handler,
    name: &'a str,
    call: &'a TokenStream,
    paths: &'a Paths,
) -> impl Iterator<Item = TokenStream> + 'a {
    handler.handled().map(move |error| {
        let p = &paths.private;
        let text = shown(error);
        let (targets, location) = (targets(handler, paths), location(paths, &handler.ident));
        let requirements = requirements(handler, paths);
        let span = syn::spanned::Spanned::span(error);
        let handles = if handler.names_errors() {
            quote_spanned!(span=> #p::ErrorType::named::<#error>())
        } else {
            quote_spanned!(span=> { use #p::ProbeAny as _; #p::Probe::<#error>::ERROR })
        };
        quote! {
            #p::ExceptionRoute {
                meta: #p::ExceptionMeta {
                    name: #name, error: #text, handles: #handles, targets: &[#(#targets),*], location: #location,
                },
                requirements: #requirements,
                call: #call,
            }
        }
    })
}

fn listener(handler: &Handler, name: &str, call: &TokenStream, paths: &Paths) -> Option<TokenStream> {
    let p = &paths.private;
    let event = handler.borrowed()?;
    let text = shown(event);
    let (requirements, location) = (requirements(handler, paths), location(paths, &handler.ident));
    let hears = quote_spanned!(syn::spanned::Spanned::span(event)=> #p::event_type::<#event>);
    Some(quote! {
        #p::ListenerRoute {
            meta: #p::ListenerMeta { name: #name, event: #text, hears: #hears, location: #location },
            requirements: #requirements,
            call: #call,
        }
    })
}

fn targets<'a>(handler: &'a Handler, paths: &'a Paths) -> impl Iterator<Item = TokenStream> + 'a {
    let p = &paths.private;
    handler.targets.iter().map(move |target| match target {
        Target::Destination(text) => quote!(#p::Target::Destination(#text)),
        Target::DefaultDestination => quote!(#p::Target::DefaultDestination),
        Target::User { path, broadcast } => quote!(#p::Target::User { path: #path, broadcast: #broadcast }),
        Target::DefaultUser { broadcast } => quote!(#p::Target::DefaultUser { broadcast: #broadcast }),
    })
}

/// Asks each argument's type what it needs, without requiring that it can answer.
fn requirements(handler: &Handler, paths: &Paths) -> TokenStream {
    let p = &paths.private;
    let asked = by_type(handler).map(|argument| {
        let ty = &argument.ty;
        match handler.kind {
            Kind::Listener => quote!(#p::Probe::<#ty>::injected_requirements(__requirements);),
            _ => quote!(#p::Probe::<#ty>::requirements(__requirements);),
        }
    });
    let declared = handler
        .arguments
        .iter()
        .filter_map(|argument| declaration(argument, paths));
    quote! {
        |__requirements| {
            use #p::ProbeAny as _;
            #(#asked)*
            #(#declared)*
        }
    }
}

/// What an annotation says about a header is looked at while the application is built: a default that is not of the
/// argument's type, a name or default with `${…}`.
fn declaration(argument: &Argument, paths: &Paths) -> Option<TokenStream> {
    let p = &paths.private;
    let (spec, full) = match &argument.source {
        Source::Extract(spec) => {
            let ty = &argument.ty;
            (spec, quote!(#ty))
        }
        Source::Unwrapped(unwrapped) => (&unwrapped.spec, call::full(unwrapped, argument.span, paths)),
        _ => return None,
    };
    let has_placeholder = spec.rename.as_deref().is_some_and(|name| name.contains("${"));
    if spec.default.is_none() && !has_placeholder {
        return None;
    }
    let spec = call::spec(&argument.name, spec, paths);
    Some(quote!(#p::Probe::<#full>::declared(__requirements, const { &#spec });))
}

fn describe(handler: &Handler, paths: &Paths) -> TokenStream {
    let p = &paths.private;
    let asked = by_type(handler).map(|argument| {
        let ty = &argument.ty;
        quote!(#p::Probe::<#ty>::describe(__describe);)
    });
    let payload = handler
        .arguments
        .iter()
        .find_map(|argument| match &argument.source {
            Source::Unwrapped(Unwrapped {
                extractor: Inner::Payload,
                item,
                ..
            }) => Some(quote!(#p::Probe::<#p::Payload<#item>>::describe(__describe);)),
            _ => None,
        });
    let reply = handler.output.as_ref().map(|output| {
        let text = shown(output);
        quote!(__describe.reply = #p::std::Some(#text);)
    });
    quote! {
        |__describe| {
            use #p::ProbeAny as _;
            #(#asked)*
            #payload
            #reply
        }
    }
}

fn by_type(handler: &Handler) -> impl Iterator<Item = &Argument> {
    handler
        .arguments
        .iter()
        .filter(|argument| matches!(argument.source, Source::Extract(_)))
}
