//! The private servers themselves.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use marketd_testkit::services::{Durability, Postgres, Template, TestDatabase, redis_url};
use marketd_testkit::{testdata, wait_until};
use sqlx::Connection;
use sqlx::postgres::PgConnection;

async fn count(url: &str, query: &'static str) -> i64 {
    let mut connection = PgConnection::connect(url).await.expect("the server answers");
    sqlx::query_scalar(query).fetch_one(&mut connection).await.expect("a valid query")
}

#[tokio::test]
async fn databases_are_copies_of_their_template_and_of_nothing_else() {
    let folder = testdata("README.md").parent().expect("a file lies in a folder").join("okx");
    let template = Template { name: "services", files: &folder };
    let prepare = async |url: &str| {
        let mut connection = PgConnection::connect(url).await?;
        sqlx::raw_sql("create table seen (id bigint); insert into seen values (1)")
            .execute(&mut connection)
            .await?;
        Ok(connection.close().await?)
    };
    let Some(one) = TestDatabase::like(template, prepare).await else { return };
    let other = TestDatabase::like(template, async |_| panic!("the template is there")).await;
    let other = other.expect("what was there a moment ago");
    let mut connection = PgConnection::connect(&one.url()).await.expect("the server answers");
    sqlx::query("insert into seen values (2)").execute(&mut connection).await.expect("a valid row");
    assert_eq!(count(&one.url(), "select count(*) from seen").await, 2);
    assert_eq!(count(&other.url(), "select count(*) from seen").await, 1);

    let (gone, server) = (one.url(), other.url());
    drop(one);
    assert!(PgConnection::connect(&gone).await.is_err(), "a dropped database answers");
    assert_eq!(count(&server, "select count(*) from seen").await, 1);
}

#[tokio::test]
async fn a_server_that_crashed_comes_back_with_its_data_and_leaves_nothing_behind() {
    // Whether there is a Postgres at all is said by the other test.
    let Ok(mut server) = Postgres::start(Durability::None) else {
        assert!(std::env::var_os("CI").is_none_or(|value| value.is_empty()), "no Postgres");
        return;
    };
    let mut connection = PgConnection::connect(&server.url()).await.expect("the server answers");
    sqlx::raw_sql("create table seen (id bigint); insert into seen values (7)")
        .execute(&mut connection)
        .await
        .expect("valid statements");
    let folder: String =
        sqlx::query_scalar("show data_directory").fetch_one(&mut connection).await.expect("a valid query");
    server.crash();
    assert!(PgConnection::connect(&server.url()).await.is_err(), "a dead server answers");
    server.restart().expect("the port is still free");
    assert_eq!(count(&server.url(), "select sum(id)::bigint from seen").await, 7);
    drop(server);
    wait_until(Duration::from_secs(20), "the server's folder to go", async || {
        !std::path::Path::new(&folder).exists()
    })
    .await;
}

#[test]
fn redis_answers() {
    let Some(url) = redis_url() else { return };
    let address = url.strip_prefix("redis://").expect("a plain url").to_owned();
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a valid timeout");
    stream.write_all(b"PING\r\n").expect("the server reads");
    let mut answer = [0; 7];
    stream.read_exact(&mut answer).expect("the server answers");
    assert_eq!(&answer, b"+PONG\r\n");
}
