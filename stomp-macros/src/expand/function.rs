//! Attributes on free functions.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{FnArg, Ident, ImplItem, ItemFn, ItemImpl, Signature, ext::IdentExt};

use super::{Paths, allow, call, location, route::Tables, spare};
use crate::{
    diag::Diagnostics,
    model::{Handler, Surroundings},
    parse::{Attribute, Name, is_spent, parse_attribute, take_ours},
};

/// Whichever attribute comes first takes all the others of its function along.
pub(crate) fn function(name: Name, args: TokenStream, item: TokenStream) -> TokenStream {
    if is_spent(&args) {
        return item;
    }
    let mut function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => return not_a_function(name, &args, &item, &error),
    };
    let mut diags = Diagnostics::default();
    let attributes = attributes(name, args, &mut function, &mut diags);
    if let Some(FnArg::Receiver(_)) = function.sig.inputs.first() {
        let message = format!(
            "`#[{}]` on a method works only inside `#[controller] impl … {{}}`",
            name.as_str()
        );
        diags.on(&function.sig.ident, message);
    } else if diags.is_empty() {
        let item_attributes = function.attrs.clone();
        let around = Surroundings::default();
        let handler = Handler::new(
            &attributes,
            &item_attributes,
            &mut function.sig,
            around,
            &mut diags,
        );
        if let (Some(handler), true) = (handler, diags.is_empty()) {
            let glue = glue(&handler, &function);
            spare(&mut function.attrs);
            return quote!(#function #glue);
        }
    }
    strip_annotations(&mut function.sig);
    let errors = diags.into_tokens();
    quote!(#function #errors)
}

fn attributes(
    name: Name,
    args: TokenStream,
    function: &mut ItemFn,
    diags: &mut Diagnostics,
) -> Vec<Attribute> {
    let first = parse_attribute(name, Span::call_site(), args);
    let others = take_ours(&mut function.attrs);
    [first]
        .into_iter()
        .chain(others)
        .filter_map(|attribute| diags.take(attribute))
        .collect()
}

/// The compiler refuses unknown attributes on arguments; that would hide our own errors.
fn strip_annotations(signature: &mut Signature) {
    for input in &mut signature.inputs {
        if let FnArg::Typed(argument) = input {
            let _ = crate::parse::take_annotation(argument);
        }
    }
}

fn not_a_function(name: Name, args: &TokenStream, item: &TokenStream, error: &syn::Error) -> TokenStream {
    if let Some(deferred) = behind_controller(name, args, item) {
        return deferred;
    }
    if let Some(explained) = on_a_block(name, args, item) {
        return explained;
    }
    let message = format!("`#[{}]` goes on a function: {error}", name.as_str());
    let error = syn::Error::new(error.span(), message).into_compile_error();
    quote!(#item #error)
}

/// Spring's type-level `@MessageMapping` is `#[controller]`'s prefix. The methods come out bare: each of them would
/// only ask for the same.
fn on_a_block(name: Name, args: &TokenStream, item: &TokenStream) -> Option<TokenStream> {
    let mut block: ItemImpl = syn::parse2(item.clone()).ok().filter(|_| name.is_mapping())?;
    let args = if args.is_empty() {
        String::new()
    } else {
        format!("({args})")
    };
    let message = format!(
        "`#[{}]` goes on a function; on an `impl` block write `#[controller{args}]`",
        name.as_str()
    );
    let error = syn::Error::new(block.impl_token.span, message).into_compile_error();
    take_ours(&mut block.attrs);
    for item in &mut block.items {
        if let ImplItem::Fn(method) = item {
            take_ours(&mut method.attrs);
            strip_annotations(&mut method.sig);
        }
    }
    Some(quote!(#block #error))
}

/// `#[send_to]` above `#[controller]` steps behind it: the controller's attribute does the work.
fn behind_controller(name: Name, args: &TokenStream, item: &TokenStream) -> Option<TokenStream> {
    if !name.is_target() {
        return None;
    }
    let mut block: ItemImpl = syn::parse2(item.clone()).ok()?;
    let is_controller = |attribute: &syn::Attribute| {
        attribute
            .path()
            .segments
            .last()
            .is_some_and(|segment| segment.ident == "controller")
    };
    if !block.attrs.iter().any(is_controller) {
        return None;
    }
    let krate = Paths::new(None).krate;
    let attribute = Ident::new(name.as_str(), Span::call_site());
    let args = (!args.is_empty()).then(|| quote!((#args)));
    block.attrs.push(syn::parse_quote!(#[#krate::#attribute #args]));
    Some(block.into_token_stream())
}

/// A type of the function's name carries its registration, so that it can be named: `.routes(ping::ROUTES)`.
fn glue(handler: &Handler, function: &ItemFn) -> TokenStream {
    let paths = Paths::new(handler.krate.as_ref());
    let p = &paths.private;
    let (ident, vis, cfgs, allow) = (&handler.ident, &function.vis, &handler.cfgs, allow());
    let name = ident.unraw().to_string();
    let shim_name = call::name(handler);
    let shim = call::shim(handler, &paths, &quote!(()), &quote!(#ident), false);
    let mut tables = Tables::default();
    tables.add(handler, &name, &quote!(#shim_name), &paths);
    let Tables {
        routes,
        exceptions,
        listeners,
    } = tables;
    let location = location(&paths, ident);
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code)]
        #vis struct #ident {}

        #(#cfgs)*
        #allow
        const _: () = {
            #shim
            static __ROUTES: &[#p::Route<()>] = &[#(#routes),*];
            static __EXCEPTIONS: &[#p::ExceptionRoute<()>] = &[#(#exceptions),*];
            static __LISTENERS: &[#p::ListenerRoute<()>] = &[#(#listeners),*];
            const __REGISTRATION: #p::Registration = #p::Registration {
                name: #name,
                module: ::core::module_path!(),
                location: #location,
                controller: #p::std::None,
                requirements: |__requirements| {
                    for __route in __ROUTES { (__route.requirements)(__requirements); }
                    for __route in __EXCEPTIONS { (__route.requirements)(__requirements); }
                    for __route in __LISTENERS { (__route.requirements)(__requirements); }
                },
                install: |__installer| __installer.functions(__ROUTES, __EXCEPTIONS, __LISTENERS),
            };
            impl #ident {
                #[doc(hidden)]
                pub const ROUTES: &'static #p::Registration = &__REGISTRATION;
            }
            #p::inventory::submit! { __REGISTRATION }
        };
    }
}
