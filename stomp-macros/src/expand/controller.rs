//! `#[controller]` blocks.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{ImplItem, ImplItemFn, ItemImpl, Meta, Type, ext::IdentExt, spanned::Spanned};

use super::{Paths, allow, call, here, location, route::Tables, spare};
use crate::{
    diag::Diagnostics,
    grammar::Pattern,
    model::{Handler, Surroundings, check_block},
    parse::{Attribute, ControllerArgs, Name, is_spent, take_annotation, take_ours},
};

/// Reads the attributes of the methods, which are not expanded yet, and registers all of them.
pub(crate) fn controller(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut block: ItemImpl = match syn::parse2(item.clone()) {
        Ok(block) => block,
        Err(error) => {
            let message = format!("`#[controller]` goes on an `impl` block: {error}");
            let error = syn::Error::new(error.span(), message).into_compile_error();
            return quote!(#item #error);
        }
    };
    let mut diags = Diagnostics::default();
    let args: ControllerArgs = diags.take(syn::parse2(args)).unwrap_or_default();
    for prefix in &args.prefixes {
        diags.take(Pattern::parse(prefix));
    }
    if let Some((.., path, _)) = &block.trait_ {
        diags.on(
            path,
            "`#[controller]` goes on an inherent `impl`, not on a trait implementation",
        );
    }
    let defaults = block_targets(&mut block, &mut diags);
    let around = Surroundings {
        prefixes: &args.prefixes,
        targets: &defaults,
    };
    let handlers = handlers(&mut block, around, &mut diags);
    check_block(&handlers, &mut diags);
    if !diags.is_empty() {
        let errors = diags.into_tokens();
        return quote!(#block #errors);
    }
    let glue = glue(&block, &args, &handlers);
    quote!(#block #glue)
}

/// `#[send_to]` and `#[send_to_user]` on the block. They are taken off it whole: there they would be expanded once
/// more, on an `impl`.
fn block_targets(block: &mut ItemImpl, diags: &mut Diagnostics) -> Vec<Attribute> {
    let taken = take_ours(&mut block.attrs);
    block
        .attrs
        .retain(|attribute| !matches!(&attribute.meta, Meta::List(list) if is_spent(&list.tokens)));
    let mut targets = Vec::new();
    for attribute in taken {
        let Some(attribute) = diags.take(attribute) else {
            continue;
        };
        if attribute.name.is_target() {
            targets.push(attribute);
        } else {
            let name = attribute.name.as_str();
            diags.at(
                attribute.span,
                format!(
                    "`#[{name}]` goes on a method; the block's own prefix is `#[controller(\"/prefix\")]`"
                ),
            );
        }
    }
    targets
}

fn handlers(block: &mut ItemImpl, around: Surroundings<'_>, diags: &mut Diagnostics) -> Vec<Handler> {
    let mut handlers = Vec::new();
    for item in &mut block.items {
        if let ImplItem::Fn(method) = item {
            handlers.extend(handler(method, around, diags));
        }
    }
    handlers
}

fn handler(method: &mut ImplItemFn, around: Surroundings<'_>, diags: &mut Diagnostics) -> Option<Handler> {
    // Left on the method it would be expanded there and complain once more.
    method.attrs.retain(|attribute| {
        let hides_ours = attribute.path().is_ident("cfg_attr") && mentions_ours(attribute);
        if hides_ours {
            let message = "`cfg_attr` around a mapping is not seen by `#[controller]`; put `#[cfg(…)]` on the whole method";
            diags.on(attribute, message);
        }
        !hides_ours
    });
    let taken = take_ours(&mut method.attrs);
    if taken.is_empty() {
        return None;
    }
    let all = taken.len();
    let attributes: Vec<_> = taken
        .into_iter()
        .filter_map(|attribute| diags.take(attribute))
        .collect();
    let handler = (attributes.len() == all)
        .then(|| Handler::new(&attributes, &method.attrs, &mut method.sig, around, diags))
        .flatten();
    spare(&mut method.attrs);
    for input in &mut method.sig.inputs {
        if let syn::FnArg::Typed(argument) = input {
            let _ = take_annotation(argument);
        }
    }
    handler
}

fn mentions_ours(attribute: &syn::Attribute) -> bool {
    fn any(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => Name::of(&syn::Path::from(ident)).is_some(),
            proc_macro2::TokenTree::Group(group) => any(group.stream()),
            _ => false,
        })
    }
    any(attribute.meta.to_token_stream())
}

fn glue(block: &ItemImpl, args: &ControllerArgs, handlers: &[Handler]) -> TokenStream {
    let paths = Paths::new(args.krate.as_ref());
    let p = &paths.private;
    let this = &*block.self_ty;
    let generic = !block.generics.params.is_empty();
    let (generics, _, bounds) = block.generics.split_for_impl();
    let (allow, location, display) = (allow(), location(&paths, this), type_name(this));
    let mut tables = Tables::default();
    let mut shims = Vec::new();
    for handler in handlers {
        let ident = &handler.ident;
        let callee = quote_spanned!(here(ident.span())=> Self::#ident);
        let shim = call::shim(handler, &paths, &quote!(Self), &callee, generic);
        let cfgs = &handler.cfgs;
        shims.push(quote!(#(#cfgs)* #[doc(hidden)] #shim));
        let shim_name = call::name(handler);
        tables.add(
            handler,
            &format!("{display}::{}", ident.unraw()),
            &quote!(Self::#shim_name),
            &paths,
        );
    }
    let Tables {
        routes,
        exceptions,
        listeners,
    } = tables;
    let registration = (!args.manual && !generic).then(|| {
        quote_spanned! {here(this.span())=>
            #p::inventory::submit! { #p::Registration::controller::<#this>(::core::module_path!(), #location) }
        }
    });
    quote! {
        #[doc(hidden)]
        #allow
        impl #generics #this #bounds { #(#shims)* }

        #allow
        impl #generics #p::Controller for #this #bounds {
            const NAME: &'static ::core::primitive::str = #display;
            const LOCATION: #p::Location = #location;
            const ROUTES: &'static [#p::Route<Self>] = &[#(#routes),*];
            const EXCEPTIONS: &'static [#p::ExceptionRoute<Self>] = &[#(#exceptions),*];
            const LISTENERS: &'static [#p::ListenerRoute<Self>] = &[#(#listeners),*];
        }

        #registration
    }
}

/// For people: `Chat` of `crate::chat::Chat<Store>`.
fn type_name(ty: &Type) -> String {
    match ty {
        Type::Path(path) => match path.path.segments.last() {
            Some(segment) => segment.ident.unraw().to_string(),
            None => path.to_token_stream().to_string(),
        },
        other => other.to_token_stream().to_string(),
    }
}
