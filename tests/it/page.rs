//! The page at `/`: its files with their types, tags and policy. What it does is tested in a browser, see web/e2e.

use crate::support::{Answer, TestApp};

async fn app() -> TestApp {
    TestApp::start(&[]).await
}

/// What the page loads, by its own words.
fn named_in(index: &str) -> Vec<String> {
    let quoted = index.split('"').skip(1).step_by(2);
    quoted.filter(|text| text.starts_with("/assets/") || text.ends_with(".svg")).map(str::to_owned).collect()
}

fn policy_of(answer: &Answer) -> &str {
    answer.header("content-security-policy").expect("a policy")
}

#[actix_web::test]
async fn every_file_of_the_page_has_its_type_and_a_policy_without_exceptions() {
    let app = app().await;
    let index = app.get("/").await;
    let mut files = named_in(&index.body);
    assert!(files.len() >= 3, "script, style and icon: {files:?}");
    files.push("/".to_owned());
    for path in files {
        let answer = app.get(&path).await;
        let wanted = match path.rsplit('.').next() {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "text/html; charset=utf-8",
        };
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(wanted)), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        let policy = policy_of(&answer);
        assert!(
            policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("data:"), "{policy}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn the_page_itself_has_nothing_inline_and_names_nobody_else() {
    let app = app().await;
    let index = app.get("/").await.body;
    for unwanted in ["://", "<style", "style=", "onclick", "onload", "<script>"] {
        assert!(!index.contains(unwanted), "{unwanted} in {index}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn a_browser_that_holds_a_file_is_told_so() {
    let app = app().await;
    let first = app.get("/").await;
    let tag = first.header("etag").expect("a tag").to_owned();
    assert_eq!(first.header("cache-control"), Some("no-cache"));
    for (sent, status) in [
        (tag.clone(), 304),
        (format!("W/{tag}"), 304),
        (format!("\"other\", {tag}"), 304),
        ("*".to_owned(), 304),
        ("\"other\"".to_owned(), 200),
        (tag.replace('"', ""), 200),
    ] {
        let answer = app.request("GET", "/", &[("If-None-Match", &sent)], "").await;
        assert_eq!(answer.status, status, "{sent}");
        assert_eq!(answer.header("etag"), Some(tag.as_str()), "{sent}");
        assert_eq!(answer.body.is_empty(), status == 304, "{sent}");
        policy_of(&answer);
    }
    app.stop().await;
}

#[actix_web::test]
async fn who_takes_gzip_is_given_less_under_a_tag_of_its_own() {
    let app = app().await;
    let length =
        |answer: &Answer| answer.header("content-length").and_then(|text| text.parse::<usize>().ok());
    // Asked for with HEAD: what is compressed is no text.
    let plain = app.request("HEAD", "/", &[], "").await;
    for (offer, takes) in [
        ("gzip", true),
        ("br, GZIP;q=0.5", true),
        ("gzip;q=0", false),
        ("gzip; q=0.0", false),
        ("br", false),
        ("identity", false),
    ] {
        let answer = app.request("HEAD", "/", &[("Accept-Encoding", offer)], "").await;
        assert_eq!(answer.status, 200, "{offer}");
        assert_eq!(answer.header("content-encoding"), takes.then_some("gzip"), "{offer}");
        assert_eq!(answer.header("vary"), Some("accept-encoding"), "{offer}");
        assert_eq!(answer.header("etag") != plain.header("etag"), takes, "{offer}");
        assert_eq!(length(&answer) < length(&plain), takes, "{offer}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn what_is_no_file_of_the_page_is_not_found() {
    let app = app().await;
    for path in [
        "/assets/",
        "/assets/none.js",
        "/assets/../index.html",
        "/assets/%2e%2e%2findex.html",
        "/index.html",
        "/app.js",
    ] {
        assert_eq!(app.get(path).await.status, 404, "{path}");
    }
    assert_eq!(app.request("POST", "/", &[], "").await.status, 405);
    app.stop().await;
}
