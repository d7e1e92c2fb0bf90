//! Two ways to draw lines into a rectangle of character cells: braille dots, and letters.

/// The dots of a braille cell by column and row, from the top.
const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// Dots, two across and four down in every cell. The origin is below left.
pub(super) struct Dots {
    pub width: usize,
    pub height: usize,
    cells: Vec<u8>,
}

impl Dots {
    /// A canvas of so many cells.
    pub fn new(width: usize, height: usize) -> Dots {
        Dots {
            width: width * 2,
            height: height * 4,
            cells: vec![0; width * height],
        }
    }

    pub fn set(&mut self, x: usize, y: usize) {
        let from_top = self.height - 1 - y;
        let place = (from_top / 4) * (self.width / 2) + x / 2;
        self.cells[place] |= DOTS[x % 2][from_top % 4];
    }

    /// The lines from the top, one character a cell.
    pub fn lines(&self) -> Vec<Vec<char>> {
        let letter = |dots: &u8| match dots {
            0 => ' ',
            dots => char::from_u32(0x2800 + u32::from(*dots)).expect("a braille pattern"),
        };
        self.cells
            .chunks(self.width / 2)
            .map(|line| line.iter().map(letter).collect())
            .collect()
    }
}

/// The points of a straight line between two, ends included.
pub(super) fn line(from: (usize, usize), to: (usize, usize)) -> Vec<(usize, usize)> {
    let steps = from.0.abs_diff(to.0).max(from.1.abs_diff(to.1));
    let between = |from: usize, to: usize, step: usize| {
        let share = step as f64 / steps as f64;
        (from as f64 + (to as f64 - from as f64) * share).round() as usize
    };
    match steps {
        0 => vec![from],
        _ => (0..=steps)
            .map(|step| (between(from.0, to.0, step), between(from.1, to.1, step)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_stand_where_they_were_set() {
        let mut dots = Dots::new(2, 1);
        dots.set(0, 0);
        dots.set(3, 3);
        let text: String = dots.lines()[0].iter().collect();
        assert_eq!(text, "\u{2840}\u{2808}");
    }

    #[test]
    fn a_line_goes_through_every_column() {
        assert_eq!(line((0, 0), (3, 3)), [(0, 0), (1, 1), (2, 2), (3, 3)]);
        assert_eq!(line((0, 0), (2, 0)), [(0, 0), (1, 0), (2, 0)]);
        assert_eq!(line((1, 1), (1, 1)), [(1, 1)]);
        assert_eq!(line((0, 2), (0, 0)), [(0, 2), (0, 1), (0, 0)]);
    }
}
