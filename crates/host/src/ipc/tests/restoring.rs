use super::*;
use ternsig_isa::Register;

fn topology() -> Topology {
    let mut topology = Topology::of([0, 1, 2]);
    topology.barriers.insert(1, [0, 2].into());
    topology
}

/// In the middle of a round, with something of everything.
fn busy() -> InProcess {
    let transport = InProcess::new(topology(), Timing::Rounds);
    transport.subscribe(1, 0, Register::hot(4)).unwrap();
    transport.settle().unwrap();
    transport.send(0, 1, &[1, 2]).unwrap();
    transport.send(0, 1, &[3]).unwrap();
    transport.send(2, 2, &[4]).unwrap();
    transport.compare_and_swap(0, 9, 0, -5).unwrap();
    transport.arrive(0, 1).unwrap();
    transport.settle().unwrap();
    transport.pop(1, 0).unwrap();
    transport.pop(1, 0).unwrap();
    transport.pop(2, 2).unwrap();
    transport.send(0, 1, &[5, 6, 7]).unwrap();
    transport.broadcast(2, 0, &[8]).unwrap();
    transport.subscribe(0, 0, Register::hot(63)).unwrap();
    transport.arrive(2, 1).unwrap();
    transport
}

fn delivered(transport: &InProcess, region: u8) -> Vec<(Register, Vec<i32>)> {
    let mut delivered = Vec::new();
    let deliver = &mut |register, message: &[i32]| {
        delivered.push((register, message.to_vec()));
        Ok(())
    };
    transport.begin_run(region, deliver).unwrap();
    delivered
}

#[test]
fn another_process_goes_on_where_this_one_was_saved() {
    let saved = busy().save();
    let text = serde_json::to_string(&saved).unwrap();
    let read: IpcState = serde_json::from_str(&text).unwrap();
    assert_eq!(read, saved);
    let again = InProcess::new(topology(), Timing::Rounds);
    again.restore(&read).unwrap();
    assert_eq!(serde_json::to_string(&again.save()).unwrap(), text);
    let [old, new] = [busy(), again].map(|transport| {
        // What was popped in the round counts until it ends.
        (0..1021).for_each(|n| transport.send(0, 1, &[n]).unwrap());
        assert!(transport.send(0, 1, &[0]).is_err());
        let first = delivered(&transport, 1);
        assert_eq!(first, [(Register::hot(4), vec![3])]);
        assert!(transport.settle().unwrap());
        assert!(transport.arrive(0, 1).unwrap() && transport.arrive(2, 1).unwrap());
        assert_eq!(transport.compare_and_swap(1, 9, 0, 0).unwrap(), -5);
        assert_eq!(delivered(&transport, 0), [(Register::hot(63), vec![8])]);
        assert_eq!(delivered(&transport, 1), [(Register::hot(4), vec![8])]);
        transport.save()
    });
    assert_eq!(old, new);
}

#[test]
fn a_host_without_rounds_ends_the_one_that_was_saved() {
    let again = InProcess::new(topology(), Timing::Immediate);
    again.restore(&busy().save()).unwrap();
    let settled = busy();
    settled.settle().unwrap();
    assert_eq!(again.save(), settled.save());
}

#[test]
fn nothing_is_saved_of_what_is_over() {
    let transport = busy();
    transport.settle().unwrap();
    delivered(&transport, 1);
    while transport.peek(1, 0, &mut Vec::new()).unwrap() {
        transport.pop(1, 0).unwrap();
    }
    transport.settle().unwrap();
    let saved = serde_json::to_value(transport.save()).unwrap();
    assert_eq!(saved["regions"]["1"]["mailboxes"], serde_json::json!({}));
}

#[test]
fn what_is_of_another_host_is_refused() {
    let changed = |change: fn(&mut Topology)| {
        let mut topology = topology();
        change(&mut topology);
        let transport = InProcess::new(topology, Timing::Rounds);
        let before = transport.save();
        let error = transport.restore(&busy().save()).unwrap_err();
        assert_eq!(transport.save(), before);
        error.to_string()
    };
    assert_eq!(
        changed(|topology| topology.regions = [0, 2].into()),
        "the saved messages are of a host with a region 1, this one has none"
    );
    assert_eq!(
        changed(|topology| topology.barriers.clear()),
        "the saved messages are of a host with a barrier 1, this one has none"
    );
    assert_eq!(
        changed(|topology| topology.barriers = [(1, [1, 2].into())].into()),
        "barrier 1 had other parties when the messages were saved"
    );
    // More than there was is no obstacle.
    let mut more = topology();
    more.regions.insert(77);
    more.barriers.insert(0, [0].into());
    InProcess::new(more, Timing::Rounds).restore(&busy().save()).unwrap();
}

#[test]
fn what_was_never_saved_is_refused() {
    let changed = |pointer: &str, value: serde_json::Value| {
        let mut saved = serde_json::to_value(busy().save()).unwrap();
        *saved.pointer_mut(pointer).unwrap() = value;
        let saved: IpcState = serde_json::from_value(saved).unwrap();
        InProcess::new(topology(), Timing::Rounds).restore(&saved).unwrap_err().to_string()
    };
    assert_eq!(changed("/cells", serde_json::json!([1, 2])), "2 cells were saved, there are 64");
    for (pointer, value) in [
        ("/regions/1/mailboxes/0/newest_taken", serde_json::json!([])),
        ("/regions/1/mailboxes/0/messages", serde_json::json!([[]])),
        ("/regions/1/subscriptions/0/register", serde_json::json!(64)),
        ("/regions/1/pending", serde_json::json!([{"send": {"to": 1, "message": []}}])),
        ("/regions/1/pending", serde_json::json!([{"broadcast": {"channel": 1, "message": []}}])),
        ("/regions/1/pending", serde_json::json!([{"subscribe": {"channel": 9}}])),
    ] {
        assert_eq!(changed(pointer, value), "the saved messages of region 1 are damaged", "{pointer}");
    }
    let unknown = serde_json::json!([{"send": {"to": 9, "message": [1]}}]);
    assert!(changed("/regions/1/pending", unknown).contains("a region 9"));
    let unknown = serde_json::json!([{"arrive": {"barrier": 9}}]);
    assert!(changed("/regions/1/pending", unknown).contains("a barrier 9"));
}
