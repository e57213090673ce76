//! A logarithmic axis: where a value stands, and which values are written beside it.

/// From the least to the most value, on so many points of the drawing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    least: f64,
    most: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// Over these values, with some room at both ends; `None` when none is above zero.
    pub(super) fn over(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Option<Self> {
        let known = values.filter(|value| value.is_finite() && *value > 0.0);
        let (least, most) = known
            .fold((f64::MAX, 0.0_f64), |(least, most), value| (least.min(value), most.max(value)));
        // A decade at least, half of it on either side, or noise would look like news.
        let few = (10.0 / (most / least)).max(1.0).sqrt();
        (most > 0.0).then(|| Self { least: least / few / 1.15, most: most * few * 1.15, from, to })
    }

    /// Exactly from here to there.
    pub(super) const fn exact(least: f64, most: f64, from: f64, to: f64) -> Self {
        Self { least, most, from, to }
    }

    /// Where a value stands.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share =
            (value.max(f64::MIN_POSITIVE) / self.least).ln() / (self.most / self.least).ln();
        self.from + share.clamp(0.0, 1.0) * (self.to - self.from)
    }

    /// Round values on it, few enough to be read.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let decades = (self.most / self.least).log10();
        let steps: &[f64] = if decades < 2.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let first = self.least.log10().floor() as i32;
        let last = self.most.log10().ceil() as i32;
        let all = (first..=last)
            .flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
        all.filter(|tick| (self.least..=self.most).contains(tick)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Axis;

    #[test]
    fn values_stand_in_order_between_the_ends_and_ticks_are_round() {
        let axis = Axis::over([10.0, 4000.0].into_iter(), 100.0, 0.0).unwrap();
        assert!(axis.at(10.0) > axis.at(100.0) && axis.at(100.0) > axis.at(4000.0));
        assert!((0.0..=100.0).contains(&axis.at(1e-9)));
        assert_eq!(axis.ticks(), [10.0, 100.0, 1000.0]);
        let narrow = Axis::over([7.0, 8.0].into_iter(), 0.0, 10.0).unwrap();
        assert_eq!(narrow.ticks(), [5.0, 10.0, 20.0]);
        assert!(Axis::over([0.0].into_iter(), 0.0, 1.0).is_none());
    }
}
