//! The files of the page. What is ours is compiled in; the STOMP client is the stock one from npm.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use stomp_server::bytes::Bytes;

/// The page takes everything from this server. Heart-beats run in a worker that the STOMP client makes of a blob.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; worker-src 'self' blob:; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Where the page lives, `package.json` and what npm installs included.
const WEB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web");
const STOMPJS: &str = "node_modules/@stomp/stompjs/bundles/stomp.umd.min.js";

/// Path of the URL → content type and content.
pub(crate) type Assets = HashMap<&'static str, (&'static str, Bytes)>;

/// Loads every file of the page, fetching the STOMP client when it is not there yet.
pub(crate) fn load() -> Result<Assets> {
    let stompjs = ensure_stompjs()?;
    let stompjs = fs::read(&stompjs).with_context(|| format!("cannot read {}", stompjs.display()))?;
    Ok(HashMap::from([
        (
            "/",
            (
                "text/html; charset=utf-8",
                Bytes::from_static(include_bytes!("../web/index.html")),
            ),
        ),
        (
            "/chat.css",
            (
                "text/css; charset=utf-8",
                Bytes::from_static(include_bytes!("../web/chat.css")),
            ),
        ),
        (
            "/chat.js",
            (
                "text/javascript; charset=utf-8",
                Bytes::from_static(include_bytes!("../web/chat.js")),
            ),
        ),
        (
            "/icon.svg",
            (
                "image/svg+xml",
                Bytes::from_static(include_bytes!("../web/icon.svg")),
            ),
        ),
        (
            "/stomp.umd.min.js",
            ("text/javascript; charset=utf-8", Bytes::from(stompjs)),
        ),
    ]))
}

/// The path of `@stomp/stompjs` for browsers; runs `npm ci` when it is missing.
fn ensure_stompjs() -> Result<PathBuf> {
    let file = Path::new(WEB).join(STOMPJS);
    if file.is_file() {
        return Ok(file);
    }
    fetch()?;
    ensure!(file.is_file(), "`npm ci` in {WEB} left no {STOMPJS}");
    Ok(file)
}

#[expect(clippy::print_stderr, reason = "says what it does before it takes a while")]
fn fetch() -> Result<()> {
    eprintln!("chat: @stomp/stompjs is not there yet; fetching it with `npm ci` in {WEB}");
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut command = Command::new(npm);
    command
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(WEB)
        .stdin(Stdio::null());
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => bail!("`npm ci` in {WEB} ended with {status}"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(
            "npm is not there, and the page needs it once, for @stomp/stompjs. Install Node 18 or newer \
             (https://nodejs.org, or `apt-get install nodejs npm`) and run this again"
        ),
        Err(error) => Err(error).context("cannot start npm"),
    }
}
