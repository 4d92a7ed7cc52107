//! Two nodes on one PostgreSQL and one place for files, each killed and restarted beside the load.

use super::audit::Audit;
use super::load::Load;
use super::site::{Files, Site};
use crate::tools::Server;
use std::time::Duration;

fn start(site: &Site, clients: u32) -> ([Server; 2], Load) {
    let mut nodes = [site.server(), site.another_node()];
    nodes.iter_mut().for_each(Server::resume);
    let addresses = [nodes[0].address, nodes[1].address];
    (nodes, Load::start(&addresses, &site.tokens, clients))
}

/// Restarts each node so often, by turns with SIGTERM and `kill -9`, while the other takes the load.
fn restarted(files: Files, times: usize, clients: u32) -> Audit {
    let site = Site::for_nodes(files);
    let (mut nodes, load) = start(&site, clients);
    for turn in 0..2 * times {
        load.goes_on(clients as usize);
        let node = &mut nodes[turn % 2];
        if turn % 4 < 2 {
            node.kill();
        } else {
            node.stop();
        }
        load.goes_on(clients as usize);
        node.resume();
    }
    load.goes_on(clients as usize);
    let [first, second] = nodes;
    drop(second);
    Audit::of(&load.finish(), &site, first, 2 * times)
}

/// Load over both, one of them killed each time this much time has passed, and started again after a tenth of it.
fn endured(files: Files, turns: usize, each: Duration, clients: u32) -> Audit {
    let site = Site::for_nodes(files);
    let (mut nodes, load) = start(&site, clients);
    for turn in 0..turns {
        load.runs_for(each * 9 / 10);
        nodes[turn % 2].kill();
        load.runs_for(each / 10);
        nodes[turn % 2].resume();
    }
    load.goes_on(clients as usize);
    let ledger = load.finish();
    let [first, second] = nodes;
    drop(second);
    Audit::of(&ledger, &site, first, turns)
}

#[test]
#[ignore = "long: make faults"]
fn two_nodes_on_one_folder_are_restarted_by_turns_and_lose_nothing() {
    restarted(Files::Folder, 2, 6).assert_whole();
}

#[test]
#[ignore = "long: make faults"]
fn two_nodes_on_one_bucket_are_restarted_by_turns_and_lose_nothing() {
    restarted(Files::Moto, 2, 6).assert_whole();
}

#[test]
#[ignore = "long: make faults"]
fn long_two_nodes_restarted_on_a_bucket() {
    let audit = restarted(Files::Moto, 12, 16);
    audit.record("two nodes, S3 (moto), each restarted 12 times");
    audit.assert_whole();
}

#[test]
#[ignore = "long: make faults"]
fn long_two_nodes_restarted_on_a_folder() {
    let audit = restarted(Files::Folder, 12, 16);
    audit.record("two nodes, one folder, each restarted 12 times");
    audit.assert_whole();
}

#[test]
#[ignore = "long: make faults"]
fn long_two_nodes_restarted_on_garage() {
    let audit = restarted(Files::Garage, 12, 16);
    audit.record("two nodes, Garage, each restarted 12 times");
    audit.assert_whole();
}

#[test]
#[ignore = "long: make faults"]
fn long_ten_minutes_on_a_bucket() {
    let audit = endured(Files::Moto, 10, Duration::from_secs(60), 16);
    audit.record("two nodes, S3 (moto), 10 min, one killed a minute");
    audit.assert_whole();
}

#[test]
#[ignore = "long: make faults"]
fn long_ten_minutes_on_garage() {
    let audit = endured(Files::Garage, 10, Duration::from_secs(60), 16);
    audit.record("two nodes, Garage, 10 min, one killed a minute");
    audit.assert_whole();
}
