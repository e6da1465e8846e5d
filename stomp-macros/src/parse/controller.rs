//! `#[controller("/prefix", manual, crate = path)]`

use syn::{
    Ident, LitStr, Token, bracketed,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

/// What stands between the parentheses of `#[controller(…)]`.
#[derive(Default)]
pub(crate) struct ControllerArgs {
    pub(crate) prefixes: Vec<LitStr>,
    pub(crate) manual: bool,
    pub(crate) krate: Option<syn::Path>,
}

impl Parse for ControllerArgs {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut args = Self::default();
        while !input.is_empty() {
            if input.peek(LitStr) {
                args.prefixes.push(input.parse()?);
            } else if input.peek(syn::token::Bracket) {
                let list;
                bracketed!(list in input);
                args.prefixes
                    .extend(list.parse_terminated(<LitStr as Parse>::parse, Token![,])?);
            } else {
                args.option(input)?;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(args)
    }
}

impl ControllerArgs {
    fn option(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let option = input.call(Ident::parse_any)?;
        if option == "manual" {
            self.manual = true;
        } else if option == "crate" {
            input.parse::<Token![=]>()?;
            self.krate = Some(input.call(syn::Path::parse_mod_style)?);
        } else {
            let message = format!(
                "unknown option `{option}`; expected a destination prefix in quotes, `manual` or `crate = path`, as in \
                 `#[controller(\"/chat\", manual)]`"
            );
            return Err(syn::Error::new(option.span(), message));
        }
        Ok(())
    }
}
