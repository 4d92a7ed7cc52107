//! What operators do by mistake: another database, an older one, one without its log. It is refused, or nothing is deleted.

use super::site::{DATABASE, Engine, Site};
use crate::tools::{Server, picture, stored_files};
use std::path::PathBuf;
use testbed::postgres::Cluster;

/// Bytes of each picture.
const PICTURE: usize = 50_000;

/// Sends so many reports with a picture each.
fn report(site: &Site, server: &Server, pictures: std::ops::Range<u32>) {
    for which in pictures {
        let bytes = picture(which, PICTURE);
        let answer = server.report(&site.tokens.reporter, "Opdigtet.", &[("a.png", &bytes)]);
        answer.expect("an answer").case();
    }
}

fn kept(site: &Site) -> usize {
    stored_files(site.data(), PICTURE)
}

/// Serves until it is ready or has refused; no file is deleted either way. Gives whether it refused.
fn serve(site: &Site) -> bool {
    let before = kept(site);
    let mut server = site.server();
    let refused = server.refuses();
    if !refused {
        server.stop();
    }
    assert_eq!(kept(site), before, "files were deleted");
    refused
}

fn database_file(site: &Site, suffix: &str) -> PathBuf {
    site.data().join(format!("vaern.sqlite{suffix}"))
}

/// A site with so many reports, stopped.
fn filled(engine: Engine) -> Site {
    let site = Site::new(engine);
    let mut server = site.server();
    server.resume();
    report(&site, &server, 0..5);
    server.stop();
    site
}

#[test]
#[ignore = "long: make faults"]
fn another_database_than_the_folders_is_refused() {
    let mut site = filled(Engine::Sqlite);
    let other = Cluster::start(&[]);
    other.sql(
        "postgres",
        &format!("CREATE DATABASE {DATABASE} TEMPLATE template0"),
    );
    site.set("VAERN_DATABASE_URL", &other.url(DATABASE));
    assert!(serve(&site), "an empty database beside files is refused");
    site.set("VAERN_DATABASE_URL", "");
    site.ok(&["verify-store"]);
}

#[test]
#[ignore = "long: make faults"]
fn a_forgotten_database_address_is_refused() {
    let mut site = filled(Engine::Postgres);
    let address = site.cluster.as_ref().expect("a cluster").url(DATABASE);
    site.set("VAERN_DATABASE_URL", "");
    assert!(serve(&site), "a new database beside files is refused");
    site.set("VAERN_DATABASE_URL", &address);
    site.ok(&["verify-store"]);
}

#[test]
#[ignore = "long: make faults"]
fn an_older_database_deletes_nothing() {
    let site = filled(Engine::Sqlite);
    let (now, older) = (database_file(&site, ""), database_file(&site, ".older"));
    let log = database_file(&site, "-wal");
    assert!(!log.exists(), "a stop leaves everything in the database file");
    std::fs::copy(&now, &older).expect("a copy");
    let mut server = site.server();
    server.resume();
    report(&site, &server, 5..25);
    server.stop();
    std::fs::copy(&older, &now).expect("the copy back");
    serve(&site);
    assert_eq!(kept(&site), 25);
}

#[test]
#[ignore = "long: make faults"]
fn a_database_without_its_log_deletes_nothing() {
    let site = filled(Engine::Sqlite);
    let mut server = site.server();
    server.resume();
    report(&site, &server, 5..25);
    server.kill();
    std::fs::remove_file(database_file(&site, "-wal")).expect("the log");
    std::fs::remove_file(database_file(&site, "-shm")).expect("its index");
    serve(&site);
    assert_eq!(kept(&site), 25);
}
