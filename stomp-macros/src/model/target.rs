//! Where the answer goes.

use super::variables::Variables;
use crate::{
    diag::{Diagnostics, in_literal},
    grammar::Template,
    parse::{Attribute, Name},
};

/// A checked target; texts are as written.
pub(crate) enum Target {
    Destination(String),
    DefaultDestination,
    User { path: String, broadcast: bool },
    DefaultUser { broadcast: bool },
}

/// The targets that count: those of the function, or the defaults of its block. Spring's rule: what names a
/// destination goes before what does not.
pub(super) fn targets(
    own: &[&Attribute],
    block: &[Attribute],
    variables: Option<&Variables>,
    diags: &mut Diagnostics,
) -> Vec<Target> {
    let block: Vec<_> = block.iter().collect();
    let names_one =
        |attributes: &[&Attribute]| attributes.iter().any(|one| !one.values.destinations.is_empty());
    let chosen = match () {
        () if names_one(own) => own,
        () if names_one(&block) => &block,
        () if !own.is_empty() => own,
        () => &block,
    };
    // The user's come first, as in Spring.
    let (user, other): (Vec<&Attribute>, _) = chosen
        .iter()
        .partition(|attribute| attribute.name == Name::SendToUser);
    user.into_iter()
        .chain(other)
        .flat_map(|attribute| of_attribute(attribute, variables, diags))
        .collect()
}

fn of_attribute(
    attribute: &Attribute,
    variables: Option<&Variables>,
    diags: &mut Diagnostics,
) -> Vec<Target> {
    let broadcast = attribute
        .values
        .broadcast
        .as_ref()
        .is_none_or(syn::LitBool::value);
    let user = attribute.name == Name::SendToUser;
    let destinations = &attribute.values.destinations;
    if destinations.is_empty() {
        return vec![if user {
            Target::DefaultUser { broadcast }
        } else {
            Target::DefaultDestination
        }];
    }
    let mut targets = Vec::new();
    for literal in destinations {
        let Some(template) = diags.take(Template::parse(literal)) else {
            continue;
        };
        for placeholder in &template.variables {
            let unknown = variables.filter(|variables| variables.everywhere(&placeholder.name).is_none());
            if let Some(variables) = unknown {
                let message = variables.unknown("variable", &placeholder.written);
                let message = message.replacen(';', " in the reply destination;", 1);
                diags.push(in_literal(literal, placeholder.at.clone(), message));
            }
        }
        targets.push(if user {
            Target::User {
                path: template.text,
                broadcast,
            }
        } else {
            Target::Destination(template.text)
        });
    }
    targets
}
