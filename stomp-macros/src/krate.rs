//! Where the expansion finds `stomp-server`.

use std::{env, fs, path::Path};

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Ident;

const PACKAGE: &str = "stomp-server";

/// The path that `crate = …` gives, or else the name that the calling crate's manifest gives the dependency.
pub(crate) fn path(given: Option<&syn::Path>) -> TokenStream {
    match given {
        Some(path) => path.to_token_stream(),
        None => {
            let name = Ident::new(&name(), Span::call_site());
            quote!(::#name)
        }
    }
}

fn name() -> String {
    let usual = || PACKAGE.replace('-', "_");
    let Some(directory) = env::var_os("CARGO_MANIFEST_DIR") else {
        return usual();
    };
    renamed(Path::new(&directory)).unwrap_or_else(usual)
}

/// The other name of the dependency, looked up in the workspace's manifest too, where it may be inherited from.
fn renamed(directory: &Path) -> Option<String> {
    let manifest = fs::read_to_string(directory.join("Cargo.toml")).ok()?;
    if has_usual_name(&manifest) {
        return None;
    }
    if let Some(name) = renamed_in(&manifest) {
        return Some(name);
    }
    let workspace = directory.ancestors().skip(1).find_map(|above| {
        let manifest = fs::read_to_string(above.join("Cargo.toml")).ok()?;
        manifest.contains("[workspace").then_some(manifest)
    })?;
    renamed_in(&workspace).filter(|name| dependencies(&manifest).any(|(known, _)| crate_name(known) == *name))
}

fn has_usual_name(manifest: &str) -> bool {
    dependencies(manifest).any(|(name, line)| name == PACKAGE && !line.contains("package"))
}

fn renamed_in(manifest: &str) -> Option<String> {
    let is_ours = |(_, line): &(&str, &str)| {
        let squeezed: String = line.split_whitespace().collect();
        squeezed.contains(&format!("package=\"{PACKAGE}\""))
            || squeezed.contains(&format!("package='{PACKAGE}'"))
    };
    dependencies(manifest)
        .find(is_ours)
        .map(|(name, _)| crate_name(name))
}

fn crate_name(dependency: &str) -> String {
    dependency.replace('-', "_")
}

/// The dependencies of a manifest, each with the lines that say something about it. As much of TOML as cargo's own
/// commands write: `name = { … }`, `name.workspace = true` and `[dependencies.name]`.
fn dependencies(manifest: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut section = "";
    manifest.lines().filter_map(move |line| {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']').trim();
            return named_section(section).map(|name| (name, line));
        }
        if let Some(name) = named_section(section) {
            return Some((name, line));
        }
        let (key, _) = line.split_once('=')?;
        let name = key.split('.').next().unwrap_or(key).trim().trim_matches('"');
        section.ends_with("dependencies").then_some((name, line))
    })
}

/// `name` of `[dependencies.name]` and its like.
fn named_section(section: &str) -> Option<&str> {
    let (_, name) = section.rsplit_once("dependencies.")?;
    Some(name.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_dependency_is_found_in_every_spelling() {
        for manifest in [
            "[dependencies]\nrt = { package = \"stomp-server\", version = \"1\" }",
            "[dev-dependencies]\nrt={package='stomp-server'}",
            "[dependencies.rt]\nversion = \"1\"\npackage = \"stomp-server\"",
            "[target.'cfg(unix)'.dependencies]\nrt = { package = \"stomp-server\" }",
            "[workspace.dependencies]\nrt = { package = \"stomp-server\" }",
        ] {
            assert_eq!(renamed_in(manifest).as_deref(), Some("rt"), "{manifest}");
        }
        let dashed = "[dependencies]\nreal-time = { package = \"stomp-server\" }";
        assert_eq!(renamed_in(dashed).as_deref(), Some("real_time"));
    }

    #[test]
    fn the_usual_name_is_known() {
        for manifest in [
            "[dependencies]\nstomp-server = \"1\"",
            "[dependencies]\nstomp-server.workspace = true",
            "[dependencies.stomp-server]\nversion = \"1\"",
        ] {
            assert!(has_usual_name(manifest), "{manifest}");
            assert_eq!(renamed_in(manifest), None);
        }
        assert!(!has_usual_name(
            "[package]\nname = \"stomp-server\"\n[features]\nstomp-server = []"
        ));
    }
}
