//! What is left to chance when power is cut: a number for each thing that may be one way or other.
//!
//! Deliberately absent: what is chosen; whoever makes an image asks in an order of its own.

use crate::chance::Chance;

/// Decides.
pub trait Choices {
    /// A number below `options`, which is at least one.
    fn choose(&mut self, options: usize) -> usize;
}

/// As a seed has it.
#[derive(Debug)]
pub struct Seeded(pub Chance);

impl Choices for Seeded {
    fn choose(&mut self, options: usize) -> usize {
        let options = u64::try_from(options).unwrap_or(u64::MAX);
        usize::try_from(self.0.below(options)).unwrap_or_default()
    }
}

/// All combinations in turn: an odometer whose last wheel turns first.
#[derive(Debug, Default)]
pub struct Every {
    /// What is chosen, and out of how many.
    wheels: Vec<(usize, usize)>,
    at: usize,
}

impl Every {
    /// Turns to the next combination; false after the last one.
    pub fn turn(&mut self) -> bool {
        self.at = 0;
        while let Some((chosen, options)) = self.wheels.pop() {
            if chosen + 1 < options {
                self.wheels.push((chosen + 1, options));
                return true;
            }
        }
        false
    }

    /// How many combinations there are, once the first has been made.
    #[must_use]
    pub fn count(&self) -> u64 {
        let options = self.wheels.iter().map(|(_, options)| u64::try_from(*options));
        options.fold(1, |product, options| product.saturating_mul(options.unwrap_or(u64::MAX)))
    }
}

impl Choices for Every {
    fn choose(&mut self, options: usize) -> usize {
        if self.at == self.wheels.len() {
            self.wheels.push((0, options));
        }
        let chosen = self.wheels.get(self.at).map_or(0, |(chosen, _)| *chosen);
        self.at += 1;
        chosen
    }
}

#[test]
fn every_combination_comes_once() {
    let mut every = Every::default();
    let mut seen = std::collections::BTreeSet::new();
    loop {
        // The second wheel is only there for one position of the first.
        let first = every.choose(3);
        let second = if first == 1 { every.choose(2) } else { 0 };
        assert!(seen.insert((first, second)));
        if !every.turn() {
            break;
        }
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [(0, 0), (1, 0), (1, 1), (2, 0)]);
}
