//! Numbers of double precision as whole numbers with the same order.

/// The rank of a number. Both zeros have one.
pub fn rank_of_number(number: f64) -> i64 {
    let bits = (number + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// The number of a rank.
pub fn number_of_rank(rank: i64) -> f64 {
    f64::from_bits((rank ^ (((rank >> 63) as u64) >> 1) as i64) as u64)
}
