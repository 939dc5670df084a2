//! Publication on object storage: on a folder always; on a real S3 server where `MOTO_SERVER` names moto's `moto_server`, with and without faults.

#![expect(clippy::unwrap_used, reason = "helpers of tests: a failure here is a failed test")]

mod server;
#[expect(dead_code, reason = "shared with the tests of monitors, which use all of it")]
#[path = "../watch/support.rs"]
mod support;
#[expect(dead_code, reason = "shared with the verifier's tests, which use all of it")]
#[path = "../../crates/verifier/tests/it/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::path::Path;

use kleroterion::mirror::Mirror;
use kleroterion::objects::{ShipError, Shipped, Shipper, erased_tables};
use kleroterion::place::Place;

use server::{Faults, Server};
use support::publish;
use world::{GENESIS, Spec, World, slug};

fn world(draws: u64) -> World {
    let mut world = World::new();
    for number in 0..draws {
        let name = format!("d{number}");
        let method = if number % 2 == 0 { "equal" } else { "stratified" };
        world.whole(&Spec::new(&name, method).purpose(&name).at(GENESIS + 1_000 * (number + 1)));
    }
    world
}

fn fork(steps: u32) -> World {
    let mut world = World::new();
    for number in 0..steps {
        let name = format!("other{number}");
        world.announce(&Spec::new(&name, "equal").purpose(&name), 0);
    }
    world
}

fn shipper(public: &Path, place: &str, options: &[(&str, &str)]) -> Shipper {
    Shipper::with_options(place, public, options).unwrap()
}

async fn ship(shipper: &mut Shipper, world: &World) -> Result<Shipped, ShipError> {
    shipper.ship(world.ledger.log_keys(), &erased_tables(&world.ledger)).await
}

/// Files below a folder.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![dir.to_owned()]);
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().display().to_string();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[tokio::test]
async fn a_folder_becomes_equal_and_grows() {
    let temporary = tempfile::tempdir().unwrap();
    let (public, copy) = (temporary.path().join("public"), temporary.path().join("copy"));
    let place = format!("file://{}", copy.display());
    let first = world(2);
    publish(&first, &public);
    let mut shipping = shipper(&public, &place, &[]);
    assert_eq!(ship(&mut shipping, &first).await.unwrap().size, first.tree.size());
    assert_eq!(files(&copy), files(&public));
    assert_eq!(ship(&mut shipping, &first).await.unwrap().files, 0);
    // A process that begins anew finds out what is there.
    let grown = world(5);
    publish(&grown, &public);
    let mut again = shipper(&public, &place, &[]);
    ship(&mut again, &grown).await.unwrap();
    let there = files(&copy);
    assert!(files(&public).iter().all(|(name, bytes)| there.get(name) == Some(bytes)));
    assert_eq!(ship(&mut again, &grown).await.unwrap().files, 0);
    // What the log says was erased goes; nothing else does.
    let table = grown.ledger.draw(&slug("d1")).unwrap().terms().unwrap().pool.table.unwrap();
    let mut erased = grown;
    erased.erase("d1");
    // A draw that is not erased has the same table: it stays.
    assert_eq!(erased.ledger.draw(&slug("d3")).unwrap().terms().unwrap().pool.table, Some(table));
    publish(&erased, &public);
    ship(&mut again, &erased).await.unwrap();
    assert!(there.keys().all(|name| files(&copy).contains_key(name)));
    erased.erase("d3");
    publish(&erased, &public);
    ship(&mut again, &erased).await.unwrap();
    let missing: Vec<String> = there.keys().filter(|name| !files(&copy).contains_key(*name)).cloned().collect();
    assert_eq!(missing, [format!("artifact/{table}")]);
    // The pool is sealed again: its table comes back.
    erased.whole(&Spec::new("d5", "stratified").purpose("d5").at(GENESIS + 9_000));
    publish(&erased, &public);
    ship(&mut again, &erased).await.unwrap();
    assert!(files(&copy).contains_key(&missing[0]));
}

#[tokio::test]
async fn what_ours_does_not_extend_is_left_alone() {
    let temporary = tempfile::tempdir().unwrap();
    let (public, copy) = (temporary.path().join("public"), temporary.path().join("copy"));
    let place = format!("file://{}", copy.display());
    let whole = world(3);
    publish(&whole, &public);
    ship(&mut shipper(&public, &place, &[]), &whole).await.unwrap();
    let before = files(&copy);
    let other = temporary.path().join("other");
    publish(&world(1), &other);
    assert!(matches!(ship(&mut shipper(&other, &place, &[]), &whole).await, Err(ShipError::Ahead { .. })));
    publish(&fork(30), &other);
    assert!(matches!(ship(&mut shipper(&other, &place, &[]), &whole).await, Err(ShipError::Fork { .. })));
    let foreign = World::opened("elsewhere.example/log", 3);
    let elsewhere = temporary.path().join("elsewhere");
    publish(&foreign, &elsewhere);
    assert!(matches!(ship(&mut shipper(&elsewhere, &place, &[]), &foreign).await, Err(ShipError::Foreign { .. })));
    assert_eq!(files(&copy), before);
    assert!(Shipper::new("ftp://x", &public).is_err());
    assert!(Shipper::new("bucket", &public).is_err());
}

#[tokio::test]
async fn s3_grows_and_can_be_read_as_a_log() {
    let Some(server) = Server::start() else { return };
    let temporary = tempfile::tempdir().unwrap();
    let public = temporary.path().join("public");
    for draws in [1, 4] {
        let world = world(draws);
        publish(&world, &public);
        let mut shipping = shipper(&public, "s3://draws/log", &server.options());
        assert_eq!(ship(&mut shipping, &world).await.unwrap().size, world.tree.size());
        assert_eq!(ship(&mut shipping, &world).await.unwrap().files, 0);
    }
    let (head, body) = server.get("/draws/log/checkpoint");
    assert_eq!(body, std::fs::read(public.join("checkpoint")).unwrap());
    assert!(head.to_lowercase().contains("cache-control: no-cache"), "{head}");
    let tile = klero_tlog::tile::TileId::in_tree(0, 0, world(4).tree.size()).unwrap().path();
    let (head, _) = server.get(&format!("/draws/log/{tile}"));
    assert!(head.to_lowercase().contains("immutable"), "{head}");
    // Anybody mirrors the log from there.
    let (url, copy) = (format!("{}/draws/log", server.url()), temporary.path().join("copy"));
    let own = copy.clone();
    let copied = tokio::task::spawn_blocking(move || {
        Mirror::open(&own, None).unwrap().run(&Place::open(&url).unwrap()).unwrap()
    });
    assert_eq!(copied.await.unwrap().missing.len(), 0);
    assert_eq!(std::fs::read(copy.join("checkpoint")).unwrap(), std::fs::read(public.join("checkpoint")).unwrap());
}

#[tokio::test]
async fn of_two_sequencers_on_s3_one_goes_on() {
    let Some(server) = Server::start() else { return };
    let temporary = tempfile::tempdir().unwrap();
    let (one, two) = (temporary.path().join("one"), temporary.path().join("two"));
    let (a, b) = (fork(5), world(2));
    publish(&a, &one);
    publish(&b, &two);
    let options = server.options();
    let mut first = shipper(&one, "s3://draws/log", &options);
    let mut second = shipper(&two, "s3://draws/log", &options);
    let (x, y) = tokio::join!(ship(&mut first, &a), ship(&mut second, &b));
    assert!(x.is_ok() != y.is_ok(), "{x:?} {y:?}");
    let winner = std::fs::read(if x.is_ok() { &one } else { &two }.join("checkpoint")).unwrap();
    assert_eq!(server.get("/draws/log/checkpoint").1, winner);
    // And the other stays out.
    let loser = if x.is_ok() { &mut second } else { &mut first };
    assert!(ship(loser, &a).await.unwrap_err().lasts());
    assert_eq!(server.get("/draws/log/checkpoint").1, winner);
}

#[tokio::test]
async fn s3_faults_cost_time_only() {
    let Some(server) = Server::start() else { return };
    let faults = Faults::before(&server).await;
    let temporary = tempfile::tempdir().unwrap();
    let public = temporary.path().join("public");
    for draws in [1, 3, 6] {
        let world = world(draws);
        publish(&world, &public);
        let endpoint = faults.url();
        let mut options = server.options();
        options.retain(|(name, _)| *name != "aws_endpoint");
        options.push(("aws_endpoint", endpoint.as_str()));
        let mut tries = 0;
        loop {
            // A new process each time: nothing is remembered but what is there.
            let mut shipping = shipper(&public, "s3://draws/log", &options);
            match ship(&mut shipping, &world).await {
                Ok(shipped) => break assert_eq!(shipped.size, world.tree.size()),
                Err(error) => assert!(!error.lasts() && tries < 50, "{error}"),
            }
            tries += 1;
        }
        assert_eq!(server.get("/draws/log/checkpoint").1, std::fs::read(public.join("checkpoint")).unwrap());
    }
    for (name, bytes) in files(&public).iter().filter(|(name, _)| name.starts_with("artifact/")) {
        assert_eq!(server.get(&format!("/draws/log/{name}")).1, *bytes, "{name}");
    }
    assert!(faults.injected() > 5);
}
