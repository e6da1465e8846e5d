//! The glue of one function: take the arguments, call, turn the answer into a reply. One boxed future a call.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Type, spanned::Spanned};

use super::{Paths, here};
use crate::model::{Argument, Handler, Inner, Kind, Source, Spec, Unwrapped};

/// What the glue is called.
pub(super) fn name(handler: &Handler) -> Ident {
    use syn::ext::IdentExt;
    format_ident!("__stomp_{}", handler.ident.unraw(), span = handler.ident.span())
}

/// The glue as a function of `this` type.
pub(super) fn shim(
    handler: &Handler,
    paths: &Paths,
    this: &TokenStream,
    callee: &TokenStream,
    generic: bool,
) -> TokenStream {
    let p = &paths.private;
    let std = quote!(#p::std);
    let (name, body) = (name(handler), body(handler, paths, callee, generic));
    let parameters = match handler.kind {
        Kind::Message => quote!(__cx: #p::MessageContext),
        Kind::Exception => quote!(__cx: #p::MessageContext, __borrowed: #std::Arc<#p::HandlerError>),
        Kind::Listener => quote! {
            __borrowed: #std::Arc<dyn #std::Any + ::core::marker::Send + ::core::marker::Sync>,
            __cx: #p::ListenerContext
        },
    };
    quote! {
        fn #name(__controller: #std::Arc<#this>, #parameters) -> #p::BoxFuture<'static, #p::Called> {
            #body
        }
    }
}

fn body(handler: &Handler, paths: &Paths, callee: &TokenStream, generic: bool) -> TokenStream {
    let p = &paths.private;
    let std = quote!(#p::std);
    let span = here(handler.ident.span());
    let names: Vec<Ident> = (0..handler.arguments.len())
        .map(|index| format_ident!("__argument{}", index, span = Span::mixed_site()))
        .collect();
    let takes = handler
        .arguments
        .iter()
        .zip(&names)
        .map(|(argument, name)| take(handler, argument, name, paths, generic));
    let this = handler.takes_self.then(|| quote!(__controller,));
    let call = quote_spanned!(span=> #callee(#this #(#names),*));
    let call = if handler.is_async {
        quote_spanned!(span=> #p::assert_send(#call).await)
    } else {
        call
    };
    let reply = reply(handler, paths);
    let borrow = (handler.kind != Kind::Message).then(|| quote!(let __borrowed = &*__borrowed;));
    let pin = quote_spanned!(span=> #std::Box::pin);
    quote! {
        #pin(async move {
            let (__controller, __cx) = (&*__controller, &__cx);
            #borrow
            #(#takes)*
            let __value = #call;
            #reply
        })
    }
}

/// Three small steps, each at the place of the return type, so that its errors land there.
fn reply(handler: &Handler, paths: &Paths) -> TokenStream {
    let p = &paths.private;
    let std = quote!(#p::std);
    let span = here(
        handler
            .output
            .as_ref()
            .map_or_else(|| handler.ident.span(), Spanned::span),
    );
    let peel_result = quote_spanned! {span=>
        let __step = {
            use #p::tags::{NotResultTag as _, ResultTag as _};
            (&&#p::tags::of(&__value)).result_tag()
        };
        let __value = __step.peel(__value)?;
    };
    if handler.kind == Kind::Listener {
        return quote_spanned! {span=>
            #peel_result
            let (): () = __value;
            #std::Ok(#p::Reply::Nothing)
        };
    }
    quote_spanned! {span=>
        #peel_result
        let __step = {
            use #p::tags::{NotOptionTag as _, OptionTag as _};
            (&&#p::tags::of(&__value)).option_tag()
        };
        let #std::Some(__value) = __step.peel(__value) else {
            return #std::Ok(#p::Reply::Nothing);
        };
        let __step = {
            use #p::tags::{OwnTag as _, SerializeTag as _, StreamTag as _, UnitTag as _, UnsendableTag as _};
            (&&&&&#p::tags::of(&__value)).reply_tag()
        };
        let __item = {
            use #p::tags::{OwnItemTag as _, PlainItemTag as _, ResultItemTag as _};
            (&&&__step.item(&__value)).item_tag()
        };
        __step.convert(__value, __item, __cx.converters()).await
    }
}

/// `let` for one argument.
fn take(handler: &Handler, argument: &Argument, name: &Ident, paths: &Paths, generic: bool) -> TokenStream {
    let (p, ty, span) = (&paths.private, &argument.ty, argument.span);
    let std = quote!(#p::std);
    let text = &argument.name;
    if handler.kind == Kind::Listener && !matches!(argument.source, Source::Borrowed(_)) {
        return quote_spanned!(span=> let #name: #ty = #p::injected::<#ty>(__cx););
    }
    let taken = match &argument.source {
        Source::Borrowed(inner) => {
            let from = if handler.kind == Kind::Listener {
                quote!(heard)
            } else {
                quote!(handled)
            };
            return quote_spanned!(span=> let #name: &#inner = #p::#from::<#inner>(__borrowed););
        }
        Source::Variable(variable) => quote_spanned!(span=> #p::variable::<#ty>(__cx, #variable)),
        Source::VariableList { variable, item } => {
            quote_spanned!(span=> #p::variable_list::<#item>(__cx, #variable))
        }
        Source::Extract(known) => {
            let check = (!generic).then(|| check(handler, argument, known.variable.is_some(), paths));
            let spec = spec(text, known, paths);
            let extracted = extract(ty, &quote_spanned!(span=> #ty), &spec, paths);
            let hint = (handler.kind == Kind::Exception)
                .then(|| quote_spanned!(ty.span()=> #p::exception_argument::<#ty>();));
            quote_spanned!(span=> { #check #hint #extracted })
        }
        Source::Unwrapped(unwrapped) => {
            let spec = spec(text, &unwrapped.spec, paths);
            let full = full(unwrapped, span, paths);
            let inner = if unwrapped.in_header {
                quote_spanned!(span=> #p::Header(__taken.0))
            } else {
                quote_spanned!(span=> __taken.0)
            };
            let open = if unwrapped.optional {
                quote_spanned!(span=> |__taken| __taken.map(|__taken| #inner))
            } else {
                quote_spanned!(span=> |__taken| #inner)
            };
            let extracted = extract(ty, &full, &spec, paths);
            quote_spanned!(span=> #extracted.map(#open))
        }
    };
    quote_spanned! {span=>
        let #name: #ty = match #taken {
            #std::Ok(__taken) => __taken,
            #std::Err(__refused) => return #std::Err(#p::HandlerError::extraction(#text, __refused)),
        };
    }
}

/// The extractor that an argument is taken out of.
pub(super) fn full(unwrapped: &Unwrapped, span: Span, paths: &Paths) -> TokenStream {
    let p = &paths.private;
    let std = quote!(#p::std);
    let (wrapper, item) = (wrapper(unwrapped.extractor, paths), &unwrapped.item);
    if unwrapped.optional {
        quote_spanned!(span=> #std::Option<#wrapper<#item>>)
    } else {
        quote_spanned!(span=> #wrapper<#item>)
    }
}

fn wrapper(extractor: Inner, paths: &Paths) -> TokenStream {
    let p = &paths.private;
    match extractor {
        Inner::Payload => quote!(#p::Payload),
        Inner::Header => quote!(#p::Header),
        Inner::HeaderList => quote!(#p::HeaderList),
        Inner::DestinationVariable => quote!(#p::DestinationVariable),
    }
}

fn extract(ty: &Type, full: &TokenStream, spec: &TokenStream, paths: &Paths) -> TokenStream {
    let p = &paths.private;
    quote_spanned!(ty.span()=> <#full as #p::FromMessage>::from_message(__cx, const { &#spec }).await)
}

pub(super) fn spec(name: &str, known: &Spec, paths: &Paths) -> TokenStream {
    let p = &paths.private;
    let variable = known.variable.iter().map(|name| quote!(.with_variable(#name)));
    let rename = known.rename.iter().map(|name| quote!(.renamed(#name)));
    let default = known.default.iter().map(|text| quote!(.with_default(#text)));
    quote!(#p::ArgSpec::new(#name) #(#variable)* #(#rename)* #(#default)*)
}

/// Behind an alias the macro cannot see that an argument reads a variable, the constants of its type can. A constant
/// cannot mention the parameters of a generic block; there only the run time knows.
fn check(handler: &Handler, argument: &Argument, declared: bool, paths: &Paths) -> TokenStream {
    let (p, ty) = (&paths.private, &argument.ty);
    let message = format!(
        "handler `{}`: argument `{}` reads a destination variable, but the mapping declares none of that name",
        handler.ident, argument.name
    );
    quote_spanned! {argument.span=>
        const _: () = {
            use #p::{Probe as __Probe, ProbeAny as _, check_argument as __check_argument};
            __check_argument(__Probe::<#ty>::VARIABLE, #declared, #message)
        };
    }
}
