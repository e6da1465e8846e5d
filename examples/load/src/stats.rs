//! Medians and percentiles.

use serde::Serialize;

/// What several rounds say about one figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Spread {
    /// The smallest.
    pub(crate) min: f64,
    /// The middle one.
    pub(crate) median: f64,
    /// The largest.
    pub(crate) max: f64,
    /// How many there were.
    pub(crate) rounds: usize,
}

impl Spread {
    /// The spread of `values`; `None` when there are none.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let sorted = sorted(values);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        Some(Self {
            min,
            median: percentile(&sorted, 50.0)?,
            max,
            rounds: sorted.len(),
        })
    }
}

/// The values in ascending order, ready for [`percentile`].
pub(crate) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The value below which `percent` of the sorted values lie, interpolated between neighbours.
pub(crate) fn percentile(sorted: &[f64], percent: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = percent / 100.0 * last as f64;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    Some(below + (above - below) * at.fract())
}

/// A cost known at a few numbers of frames per write, asked for at any other.
///
/// One write costs a constant and each frame in it another, so the cost of a frame is close to linear in
/// `1 / frames`, and that is how neighbours are joined.
pub(crate) fn interpolate(curve: &[(f64, f64)], frames: f64) -> Option<f64> {
    let at = 1.0 / frames;
    let mut points: Vec<(f64, f64)> = curve.iter().map(|&(frames, cost)| (1.0 / frames, cost)).collect();
    points.sort_by(|left, right| left.0.total_cmp(&right.0));
    let (first, last) = (points.first()?, points.last()?);
    if at <= first.0 {
        return Some(first.1);
    }
    if at >= last.0 {
        return Some(last.1);
    }
    let above = points.iter().position(|point| point.0 >= at)?;
    let (low, high) = (points[above - 1], points[above]);
    Some(low.1 + (high.1 - low.1) * (at - low.0) / (high.0 - low.0))
}

#[cfg(test)]
mod tests {
    use super::{Spread, interpolate, percentile, sorted};

    #[test]
    fn the_median_is_the_middle_one_or_between_the_two() {
        assert_eq!(Spread::of(&[3.0, 1.0, 2.0]).unwrap().median, 2.0);
        assert_eq!(Spread::of(&[4.0, 1.0, 3.0, 2.0]).unwrap().median, 2.5);
        assert_eq!(Spread::of(&[]), None);
    }

    #[test]
    fn percentiles_lie_between_neighbours() {
        let values = sorted(&[50.0, 10.0, 40.0, 20.0, 30.0]);
        assert_eq!(percentile(&values, 0.0), Some(10.0));
        assert_eq!(percentile(&values, 100.0), Some(50.0));
        assert_eq!(percentile(&values, 90.0), Some(46.0));
    }

    #[test]
    fn a_curve_is_linear_in_the_inverse() {
        let curve = [(1.0, 4000.0), (2.0, 2200.0), (4.0, 1300.0)];
        assert_eq!(interpolate(&curve, 2.0), Some(2200.0));
        let between = interpolate(&curve, 3.0).unwrap();
        assert!((between - 1600.0).abs() < 1e-6, "{between}");
        assert_eq!(interpolate(&curve, 0.5), Some(4000.0));
        assert_eq!(interpolate(&curve, 100.0), Some(1300.0));
    }
}
