//! Z85, the text form of CURVE keys (RFC 32): five characters for four octets, base 85.
//!
//! Deliberately absent: lengths other than that of a key.

const ALPHABET: &[u8; 85] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/// The key of 40 characters; `None` for other characters, and for groups of 2^32 or more.
#[must_use]
pub fn decode(text: &[u8; 40]) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    for (group, octets) in text.chunks(5).zip(key.chunks_mut(4)) {
        let number = group.iter().try_fold(0_u32, |number, character| {
            let digit = ALPHABET.iter().position(|known| known == character)?;
            number.checked_mul(85)?.checked_add(u32::try_from(digit).ok()?)
        })?;
        octets.copy_from_slice(&number.to_be_bytes());
    }
    Some(key)
}

/// The 40 characters of a key.
#[must_use]
pub fn encode(key: &[u8; 32]) -> String {
    let mut text = String::with_capacity(40);
    for octets in key.chunks(4) {
        let number = octets.iter().fold(0_u32, |sum, octet| sum << 8 | u32::from(*octet));
        for place in [85_u32.pow(4), 85_u32.pow(3), 85_u32.pow(2), 85, 1] {
            let digit = number.checked_div(place).unwrap_or(0) % 85;
            let character = usize::try_from(digit).ok().and_then(|digit| ALPHABET.get(digit));
            text.extend(character.map(|octet| char::from(*octet)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_manual_decode_and_wrong_characters_do_not() {
        // The pair of zmq_curve(7), the public one.
        let text = b"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
        let key = decode(text).unwrap();
        assert_eq!(encode(&key).as_bytes(), text);
        for key in [[0; 32], [0xFF; 32]] {
            assert_eq!(decode(encode(&key).as_bytes().try_into().unwrap()), Some(key));
        }
        assert_eq!(key[..4], [0xBB, 0x88, 0x47, 0x1D]);
        assert_eq!(key[28..], [0xB4, 0x3F, 0xC5, 0x18]);
        for wrong in [b' ', b'"', b'\'', b'~', 0, 0x80] {
            let mut text = *text;
            text[39] = wrong;
            assert_eq!(decode(&text), None, "{wrong}");
        }
        assert_eq!(decode(b"#####00000000000000000000000000000000000"), None, "over 2^32");
    }
}
