//! Chance that is the same everywhere: SplitMix64, begun from a seed and a purpose.
//!
//! Generators of libraries may give other numbers in their next version, and reports of one seed have to stay the
//! same bytes.

/// A sequence of numbers.
pub struct Random {
    state: u64,
}

impl Random {
    /// Purposes have sequences of their own: what one draws more does not move the others.
    pub fn new(seed: u64, purpose: &str) -> Random {
        let hash = blake3::hash(format!("{seed} {purpose}").as_bytes());
        let bytes = hash.as_bytes().first_chunk().expect("a hash has 32 bytes");
        Random {
            state: u64::from_le_bytes(*bytes),
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 on, below 1.
    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.fraction() < probability
    }

    /// From `low` on, below `high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.fraction() * (high - low) as f64) as i64
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.between(0, from.len() as i64) as usize]
    }

    /// A place among weights, each as likely as its weight.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let total: u32 = weights.iter().sum();
        let mut drawn = self.between(0, i64::from(total));
        weights
            .iter()
            .position(|weight| {
                drawn -= i64::from(*weight);
                drawn < 0
            })
            .unwrap_or_default()
    }

    /// Days that something takes, one at least: a gamma distribution of shape 2, so that most take less than the
    /// mean and some far more.
    pub fn days(&mut self, mean: f64) -> i64 {
        // The logarithm of libm has the same last digit on every machine.
        let mut exponential = || -libm::log(1.0 - self.fraction());
        let two = exponential() + exponential();
        ((mean / 2.0 * two).round() as i64).max(1)
    }
}
