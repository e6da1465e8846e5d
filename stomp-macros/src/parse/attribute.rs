//! The attributes of handlers.

use proc_macro2::{Span, TokenStream};
use syn::{
    Ident, LitBool, LitStr, Meta, Token, bracketed,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    spanned::Spanned,
};

/// Which attribute it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    MessageMapping,
    SubscribeMapping,
    SendTo,
    SendToUser,
    ExceptionHandler,
    EventListener,
}

impl Name {
    const ALL: [Self; 6] = [
        Self::MessageMapping,
        Self::SubscribeMapping,
        Self::SendTo,
        Self::SendToUser,
        Self::ExceptionHandler,
        Self::EventListener,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::MessageMapping => "message_mapping",
            Self::SubscribeMapping => "subscribe_mapping",
            Self::SendTo => "send_to",
            Self::SendToUser => "send_to_user",
            Self::ExceptionHandler => "message_exception_handler",
            Self::EventListener => "event_listener",
        }
    }

    /// The attribute that a path names, by its last segment.
    pub(crate) fn of(path: &syn::Path) -> Option<Self> {
        let last = path.segments.last()?;
        Self::ALL.into_iter().find(|name| last.ident == name.as_str())
    }

    pub(crate) fn is_mapping(self) -> bool {
        matches!(self, Self::MessageMapping | Self::SubscribeMapping)
    }

    pub(crate) fn is_target(self) -> bool {
        matches!(self, Self::SendTo | Self::SendToUser)
    }

    fn options(self) -> &'static [&'static str] {
        match self {
            Self::MessageMapping | Self::SubscribeMapping => &["concurrent", "blocking", "crate = path"],
            Self::SendToUser => &["broadcast = false", "crate = path"],
            Self::SendTo | Self::ExceptionHandler | Self::EventListener => &["crate = path"],
        }
    }

    pub(crate) fn usage(self) -> String {
        let name = self.as_str();
        match self {
            Self::ExceptionHandler => format!("usage: `#[{name}]`, or `#[{name}(ThisError, ThatError)]`"),
            Self::EventListener => format!("usage: `#[{name}]`"),
            Self::MessageMapping | Self::SubscribeMapping => {
                format!("usage: `#[{name}(\"/destination/{{variable}}\")]`")
            }
            Self::SendTo => format!("usage: `#[{name}(\"/topic/destination\")]`"),
            Self::SendToUser => format!("usage: `#[{name}(\"/queue/destination\")]`"),
        }
    }
}

/// One attribute of a handler.
#[derive(Clone)]
pub(crate) struct Attribute {
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) values: Values,
}

/// What stands between its parentheses.
#[derive(Clone, Default)]
pub(crate) struct Values {
    pub(crate) destinations: Vec<LitStr>,
    pub(crate) concurrent: Option<Span>,
    pub(crate) blocking: Option<Span>,
    pub(crate) broadcast: Option<LitBool>,
    /// Of an exception handler: the types of errors.
    pub(crate) errors: Vec<syn::Type>,
    pub(crate) krate: Option<syn::Path>,
}

/// What stands on a function already expanded: it keeps the path in the program, so that imports count as used and
/// editors can follow it.
const SPENT: &str = "__spent";

pub(crate) fn is_spent(args: &TokenStream) -> bool {
    args.to_string() == SPENT
}

/// Takes our attributes off an item; spent ones stay in their places.
pub(crate) fn take_ours(attributes: &mut [syn::Attribute]) -> Vec<syn::Result<Attribute>> {
    attributes.iter_mut().filter_map(take).collect()
}

fn take(attribute: &mut syn::Attribute) -> Option<syn::Result<Attribute>> {
    let name = Name::of(attribute.path())?;
    let parsed = match &attribute.meta {
        Meta::Path(path) => Ok(Attribute {
            name,
            span: path.span(),
            values: Values::default(),
        }),
        Meta::List(list) if is_spent(&list.tokens) => return None,
        Meta::List(list) => parse_attribute(name, list.path.span(), list.tokens.clone()),
        Meta::NameValue(value) => Err(syn::Error::new_spanned(value, name.usage())),
    };
    let path = attribute.path().clone();
    let spent = Ident::new(SPENT, Span::call_site());
    attribute.meta = syn::parse_quote!(#path(#spent));
    Some(parsed)
}

/// `"a"`, `"a", "b"` and `["a", "b"]`, then options.
pub(crate) fn parse_attribute(name: Name, span: Span, args: TokenStream) -> syn::Result<Attribute> {
    let parser = |input: ParseStream<'_>| parse_values(name, input);
    let values = parser.parse2(args)?;
    Ok(Attribute { name, span, values })
}

fn parse_values(name: Name, input: ParseStream<'_>) -> syn::Result<Values> {
    let mut values = Values::default();
    while !input.is_empty() {
        if input.peek(LitStr) {
            values.destinations.push(input.parse()?);
        } else if input.peek(syn::token::Bracket) {
            let list;
            bracketed!(list in input);
            let list = list.parse_terminated(<LitStr as syn::parse::Parse>::parse, Token![,])?;
            values.destinations.extend(list);
        } else if name == Name::ExceptionHandler && !(input.peek(Token![crate]) && input.peek2(Token![=])) {
            values.errors.push(input.parse()?);
        } else if input.peek(Ident::peek_any) {
            parse_option(name, input, &mut values)?;
        } else {
            return Err(input.error(format!("expected a destination in quotes; {}", name.usage())));
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(values)
}

fn parse_option(name: Name, input: ParseStream<'_>, values: &mut Values) -> syn::Result<()> {
    let option = input.call(Ident::parse_any)?;
    match (option.to_string().as_str(), name) {
        ("concurrent", _) if name.is_mapping() => values.concurrent = Some(option.span()),
        ("blocking", _) if name.is_mapping() => values.blocking = Some(option.span()),
        ("broadcast", Name::SendToUser) => {
            input.parse::<Token![=]>()?;
            values.broadcast = Some(input.parse()?);
        }
        ("crate", _) => {
            input.parse::<Token![=]>()?;
            values.krate = Some(input.call(syn::Path::parse_mod_style)?);
        }
        (unknown, _) => return Err(unknown_option(&option, unknown, name)),
    }
    Ok(())
}

fn unknown_option(option: &Ident, unknown: &str, name: Name) -> syn::Error {
    let known: Vec<_> = name.options().iter().map(|known| format!("`{known}`")).collect();
    let message = format!(
        "unknown option `{unknown}`; `#[{}]` knows {}; {}",
        name.as_str(),
        known.join(", "),
        name.usage()
    );
    syn::Error::new(option.span(), message)
}
