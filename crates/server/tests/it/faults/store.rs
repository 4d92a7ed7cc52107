//! The object store of two nodes: one of its own nodes killed, all of it away, frozen.

use super::audit::Audit;
use super::load::Load;
use super::site::{Files, Site};
use crate::tools::Server;

fn begin(clients: u32) -> (Site, [Server; 2], Load) {
    let site = Site::for_nodes(Files::Garage);
    let mut nodes = [site.server(), site.another_node()];
    nodes.iter_mut().for_each(Server::resume);
    let addresses = [nodes[0].address, nodes[1].address];
    let load = Load::start(&addresses, &site.tokens, clients);
    load.goes_on(clients as usize);
    (site, nodes, load)
}

fn end(site: &Site, nodes: [Server; 2], load: Load, restarts: usize) -> Audit {
    let ledger = load.finish();
    let [first, second] = nodes;
    drop(second);
    Audit::of(&ledger, site, first, restarts)
}

/// One of Garage's three nodes is killed and comes back, by turns; the files are on the other two.
#[test]
#[ignore = "long: make faults"]
fn long_garage_node_killed() {
    let (mut site, nodes, load) = begin(8);
    for turn in 0..6 {
        let garage = site.garage.as_mut().expect("Garage");
        garage.kill(turn % 3);
        load.goes_on(16);
        garage.resume(turn % 3);
        load.goes_on(16);
    }
    let audit = end(&site, nodes, load, 6);
    audit.record("two nodes, one of three Garage nodes killed");
    audit.assert_whole();
}

/// All of it is away: what needs no file goes on, and reports are taken when it is back.
#[test]
#[ignore = "long: make faults"]
fn long_garage_away() {
    let (mut site, nodes, load) = begin(8);
    let garage = site.garage.as_mut().expect("Garage");
    for number in 0..3 {
        garage.kill(number);
    }
    let list = nodes[0]
        .get("/api/v1/cases", &site.tokens.manager)
        .expect("an answer");
    assert_eq!(list.status, 200, "a list needs no file: {list:?}");
    let words = nodes[0].get("/livez", "").expect("an answer");
    assert_eq!(words.status, 200, "{words:?}");
    for number in 0..3 {
        garage.resume(number);
    }
    load.goes_on(16);
    let audit = end(&site, nodes, load, 0);
    audit.record("two nodes, Garage away");
    audit.assert_whole();
}
