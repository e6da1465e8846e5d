//! The page that an example serves beside its WebSocket: files of its own, and what npm fetches or builds.

#![forbid(unsafe_code)]

mod npm;

use std::{collections::HashMap, fs, future::Future, path::Path, pin::Pin};

use anyhow::{Context, Result};
use stomp_server::{
    Body, HttpHandler,
    bytes::Bytes,
    http::{HeaderValue, Method, Request, Response, StatusCode, header},
    hyper::body::Incoming,
};

pub use self::npm::Npm;

/// Everything comes from the server itself. Heart-beats may run in a worker that the STOMP client makes of a blob.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data:; worker-src 'self' blob:; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Files by the path of their URL.
#[derive(Debug, Clone, Default)]
pub struct Page(HashMap<String, File>);

#[derive(Debug, Clone)]
struct File {
    content_type: &'static str,
    content: Bytes,
}

impl Page {
    /// The same page with one more file. Its name's ending says what it is.
    #[must_use]
    pub fn with_file(mut self, path: &str, content: impl Into<Bytes>) -> Self {
        let file = File {
            content_type: content_type(path),
            content: content.into(),
        };
        self.0.insert(path.to_owned(), file);
        self
    }

    /// The same page with all files below a folder; `index.html` is `/` too.
    ///
    /// # Errors
    ///
    /// A folder that cannot be read.
    pub fn with_folder(self, folder: &Path) -> Result<Self> {
        self.with_files_below(folder, "")
    }

    fn with_files_below(mut self, folder: &Path, path: &str) -> Result<Self> {
        let unreadable = || format!("cannot read {}", folder.display());
        for entry in fs::read_dir(folder).with_context(unreadable)? {
            let entry = entry.with_context(unreadable)?;
            let path = format!("{path}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().with_context(unreadable)?.is_dir() {
                self = self.with_files_below(&entry.path(), &path)?;
                continue;
            }
            let content = Bytes::from(fs::read(entry.path()).with_context(unreadable)?);
            if path == "/index.html" {
                self = self.with_file("/", content.clone());
            }
            self = self.with_file(&path, content);
        }
        Ok(self)
    }

    /// The file at a path, or 404.
    #[must_use]
    pub fn respond(&self, path: &str) -> Response<Body> {
        let Some(File {
            content_type,
            content,
        }) = self.0.get(path)
        else {
            return plain(StatusCode::NOT_FOUND);
        };
        let mut response = Response::new(Body::from(content.clone()));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(CONTENT_SECURITY_POLICY),
        );
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        response
    }
}

/// Serves the files, and nothing else.
impl HttpHandler for Page {
    fn handle(
        &self,
        request: Request<Incoming>,
    ) -> Pin<Box<dyn Future<Output = Response<Body>> + Send + '_>> {
        let response = match *request.method() {
            Method::GET | Method::HEAD => self.respond(request.uri().path()),
            _ => plain(StatusCode::METHOD_NOT_ALLOWED),
        };
        Box::pin(std::future::ready(response))
    }
}

/// A status with its name as text.
#[must_use]
pub fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::from(status.canonical_reason().unwrap_or_default()));
    *response.status_mut() = status;
    response
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json" | "map") => "application/json",
        Some("html") | None => "text/html; charset=utf-8",
        Some(_) => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_served_below_its_root() -> Result<()> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("assets"))?;
        fs::write(folder.path().join("index.html"), "<p>")?;
        fs::write(folder.path().join("assets/a.js"), "1")?;
        let page = Page::default().with_folder(folder.path())?;
        for (path, status, content_type) in [
            ("/", 200, Some("text/html; charset=utf-8")),
            ("/index.html", 200, Some("text/html; charset=utf-8")),
            ("/assets/a.js", 200, Some("text/javascript; charset=utf-8")),
            ("/assets", 404, None),
            ("/../Cargo.toml", 404, None),
        ] {
            let response = page.respond(path);
            assert_eq!(response.status().as_u16(), status, "{path}");
            let found = response.headers().get(header::CONTENT_TYPE);
            assert_eq!(
                found.map(HeaderValue::as_bytes),
                content_type.map(str::as_bytes),
                "{path}"
            );
        }
        Ok(())
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = Page::default()
            .with_folder(Path::new("/nowhere/at/all"))
            .expect_err("not there");
        assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
    }
}
