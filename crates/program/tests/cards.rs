//! Cards.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod common;

use common::{patch, relay, tvmr};
use ternsig_program::card::{self, Card, CardError, looks_like_card};

fn written() -> Vec<u8> {
    card::write(&Card::new("relay", tvmr(&relay()))).unwrap()
}

/// A card without a CRC.
fn bare(json: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = b"TVMR\x01\0\0\0".to_vec();
    bytes.extend((json.len() as u32).to_le_bytes());
    bytes.extend(json.as_bytes());
    bytes.extend(payload);
    bytes
}

#[test]
fn a_card_of_the_original_reads() {
    let bytes = include_bytes!("fixtures/relay.card");
    assert!(looks_like_card(bytes));
    let card = card::read(bytes).unwrap();
    assert_eq!((card.id.as_str(), card.original_size, &card.ext), ("relay", None, &None));
    let program = card.program().unwrap().program;
    assert_eq!(program.instructions, relay().instructions);
    // And is written the same.
    assert_eq!(card::write(&card).unwrap(), bytes);
}

#[test]
fn what_is_written_reads_back() {
    let card = Card {
        id: "a \"quoted\" id\n".to_owned(),
        original_size: Some(u64::MAX),
        ext: Some(serde_json::json!({ "b": [1, null, "x"], "a": 0.5 })),
        payload: tvmr(&relay()),
    };
    let bytes = card::write(&card).unwrap();
    assert_eq!(card::read(&bytes).unwrap(), card);
    assert_eq!(card.program().unwrap().program, relay());
}

#[test]
fn a_card_without_crc_reads() {
    let payload = tvmr(&relay());
    let json = format!("{{ \"payload_size\": {}, \"id\": \"x\", \"more\": [] }}", payload.len());
    let card = card::read(&bare(&json, &payload)).unwrap();
    assert_eq!((card.id.as_str(), card.payload), ("x", payload));
}

#[test]
fn the_crc_covers_the_bytes_as_they_are_stored() {
    let payload = tvmr(&relay());
    // Not how a writer would write it: spaces, and another order.
    let json = format!("{{ \"payload_size\": {}, \"id\": \"x\" }}", payload.len());
    let mut bytes = patch(bare(&json, &payload), 6, &[1]);
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    assert!(card::read(&bytes).is_ok());
    for at in [20, bytes.len() - 10, bytes.len() - 1] {
        let damaged = patch(bytes.clone(), at, &[bytes[at] ^ 1]);
        assert!(card::read(&damaged).is_err(), "byte {at}");
    }
    let last = bytes.len() - 1;
    let damaged = patch(bytes.clone(), last, &[bytes[last] ^ 1]);
    assert!(matches!(card::read(&damaged), Err(CardError::Crc { .. })));
}

#[test]
fn every_cut_is_refused() {
    let bytes = written();
    for len in 0..bytes.len() {
        assert!(matches!(card::read(&bytes[..len]), Err(CardError::TooShort(_))), "{len} bytes");
    }
    let longer = [bytes, vec![0]].concat();
    assert_eq!(card::read(&longer), Err(CardError::TrailingBytes(1)));
}

#[test]
fn sizes_are_checked_against_the_input_first() {
    let huge = patch(written(), 8, &u32::MAX.to_le_bytes());
    assert_eq!(card::read(&huge), Err(CardError::MetadataTooLong(u32::MAX as usize)));
    for size in ["18446744073709551615", "1000000"] {
        let json = format!("{{\"id\":\"x\",\"payload_size\":{size}}}");
        assert_eq!(card::read(&bare(&json, b"TVMR")), Err(CardError::TooShort("payload")));
    }
}

#[test]
fn malformed_cards_are_refused() {
    assert_eq!(card::read(b"TERN\x01\0\0\0"), Err(CardError::Magic(*b"TERN")));
    assert_eq!(card::read(b"TVMR\x02\0\0\0"), Err(CardError::Version(2)));
    assert_eq!(card::read(b"TVMR\x01\0\x02\0"), Err(CardError::UnknownFlags(2)));
    let payload = tvmr(&relay());
    for json in ["", "[]", "{}", "{\"id\":1,\"payload_size\":8}", "{\"id\":\"x\",\"payload_size\":-1}"] {
        assert!(matches!(card::read(&bare(json, &payload)), Err(CardError::Metadata(_))), "{json}");
    }
    let json = "{\"id\":\"x\",\"payload_size\":8}";
    assert_eq!(card::read(&bare(json, b"TISA\x01\0\0\0")), Err(CardError::NotAProgram));
    assert_eq!(
        card::read(&bare("{\"id\":\"x\",\"payload_size\":7}", b"TVMR\x01\0\0")),
        Err(CardError::NotAProgram)
    );
}

#[test]
fn a_program_is_not_taken_for_a_card() {
    assert!(!looks_like_card(&tvmr(&relay())));
    assert!(looks_like_card(&written()));
    assert!(!looks_like_card(b"TVMR"));
    assert!(!looks_like_card(b"TVMR\x01\0\x01\0\xFF\xFF\xFF\xFF{"));
}

#[test]
fn what_cannot_be_read_is_not_written() {
    assert_eq!(card::write(&Card::new("x", b"TVMR".to_vec())), Err(CardError::NotAProgram));
    let long = Card::new("x".repeat(65536), tvmr(&relay()));
    assert!(matches!(card::write(&long), Err(CardError::MetadataTooLong(_))));
}
