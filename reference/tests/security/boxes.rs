//! The boxes of CURVE against a second implementation of the same.

use crypto_box::aead::Aead;
use crypto_box::{PublicKey, SalsaBox, SecretKey};
use proptest::collection::vec;
use proptest::prelude::*;
use zeroproof_reference::Violation;
use zeroproof_reference::mechanism::curve::secret_box::{BoxKey, public_of};

/// Our key and theirs, of the same two pairs.
fn both(ours: [u8; 32], theirs: [u8; 32]) -> (BoxKey, SalsaBox) {
    let public = public_of(&theirs);
    let second = SalsaBox::new(&PublicKey::from(public), &SecretKey::from(ours));
    (BoxKey::between(&ours, &public).unwrap(), second)
}

fn judge(ours: [u8; 32], theirs: [u8; 32], nonce: [u8; 24], plain: &[u8], flip: usize) {
    assert_eq!(public_of(&ours), *SecretKey::from(ours).public_key().as_bytes());
    let (first, second) = both(ours, theirs);
    let mut sealed = Vec::new();
    first.seal(&nonce, plain, &mut sealed);
    assert_eq!(sealed, second.encrypt(&nonce.into(), plain).unwrap());
    assert_eq!(first.open(&nonce, &sealed).as_deref(), Some(plain));
    let at = flip % sealed.len();
    sealed[at] ^= 1 << (flip % 8);
    assert_eq!(first.open(&nonce, &sealed), None);
    assert_eq!(first.open(&nonce, &sealed[..at]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn two_implementations_agree(
        ours in any::<[u8; 32]>(), theirs in any::<[u8; 32]>(), nonce in any::<[u8; 24]>(),
        plain in vec(any::<u8>(), 0..700), flip in any::<usize>(),
    ) {
        judge(ours, theirs, nonce, &plain, flip);
    }
}

#[test]
fn two_implementations_agree_at_every_small_size_and_at_a_large_one() {
    for size in (0..200).chain([1 << 16, (1 << 16) + 1]) {
        let plain: Vec<u8> = (0..=u8::MAX).cycle().skip(size % 7).take(size).collect();
        judge([7; 32], [9; 32], [size as u8; 24], &plain, size);
    }
}

#[test]
fn keys_of_low_order_are_refused() {
    // Zero, one, and the two points of order eight, with and without the bit that has no meaning.
    let points = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
    ];
    for point in points {
        let point = zeroproof_vectors::hex::decode(point).unwrap().try_into().unwrap();
        assert_eq!(BoxKey::between(&[7; 32], &point), Err(Violation::WeakKey));
    }
}
