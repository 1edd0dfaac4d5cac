//! The accuracy curve of a run as a picture.
//!
//! It shows how the answers get better with every sample that is learned: while learning (each answer was given before
//! the label was told) and on the held-out samples after every epoch; a thin line for each seed, a thick one for their
//! mean. The background is white, so that it can be read on a dark page, too.

mod axes;
mod points;

use crate::run::RunReport;
use axes::Axes;
use plotters::prelude::*;
use points::Series;
use std::fmt;
use std::path::Path;

const SIZE: (u32, u32) = (880, 480);
const FONT: &str = "Helvetica, Arial, sans-serif";
const TEXT: RGBColor = RGBColor(36, 41, 47);
const GRID: RGBColor = RGBColor(225, 228, 232);
const LEARNING: RGBColor = RGBColor(31, 111, 181);
const HOLDOUT: RGBColor = RGBColor(201, 79, 12);

/// Why a picture cannot be drawn or written.
#[derive(Debug)]
#[non_exhaustive]
pub enum CurveError {
    /// Too few samples were learned for a curve.
    NoPoints,
    /// The drawing library refuses.
    Draw(String),
    /// The file cannot be written.
    Io(std::io::Error),
}

impl fmt::Display for CurveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CurveError::NoPoints => f.write_str("too few samples were learned for a curve"),
            CurveError::Draw(why) => write!(f, "the curve cannot be drawn: {why}"),
            CurveError::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CurveError {}

/// Writes the accuracy curve of a run into a file, as SVG.
///
/// # Errors
/// There is nothing to draw, or the file cannot be written.
pub fn write(report: &RunReport, path: &Path) -> Result<(), CurveError> {
    std::fs::write(path, svg(report)?).map_err(CurveError::Io)
}

/// The accuracy curve of a run as SVG.
///
/// # Errors
/// There is nothing to draw.
pub fn svg(report: &RunReport) -> Result<String, CurveError> {
    let learning = Series::learning(report);
    let holdout = Series::holdout(report);
    let axes = Axes::around(&learning, &holdout).ok_or(CurveError::NoPoints)?;
    let mut text = String::new();
    draw(&mut text, report, &axes, &learning, &holdout)
        .map_err(|error| CurveError::Draw(error.to_string()))?;
    text.push('\n');
    Ok(text)
}

type DrawResult = Result<(), Box<dyn std::error::Error>>;

fn draw(
    text: &mut String,
    report: &RunReport,
    axes: &Axes,
    learning: &Series,
    holdout: &Series,
) -> DrawResult {
    let root = SVGBackend::with_string(text, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let style = |size: i32| (FONT, size).into_font().color(&TEXT);
    let mut chart = ChartBuilder::on(&root)
        .caption(title(report), style(24))
        .margin(16)
        .margin_right(28)
        .x_label_area_size(48)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..axes.learned, axes.least..axes.most)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(TEXT)
        .label_style(style(17))
        .axis_desc_style(style(18))
        .x_desc("samples learned")
        .y_desc("right answers")
        .x_labels(10)
        .y_labels(Axes::labels())
        .x_label_formatter(&|learned| format!("{learned:.0}"))
        .y_label_formatter(&|accuracy| format!("{accuracy:.0} %"))
        .draw()?;
    for (series, colour, label) in
        [(learning, LEARNING, LEARNING_LABEL), (holdout, HOLDOUT, &holdout_label(report))]
    {
        for line in &series.seeds {
            chart.draw_series(LineSeries::new(axes.clip(line), colour.mix(0.35).stroke_width(1)))?;
        }
        let mean = axes.clip(&series.mean);
        if !mean.is_empty() {
            let sign = move |(x, y)| PathElement::new([(x, y), (x + 24, y)], colour.stroke_width(3));
            chart.draw_series(LineSeries::new(mean, colour.stroke_width(3)))?.label(label).legend(sign);
        }
    }
    let epochs = axes.clip(&holdout.mean).into_iter();
    chart.draw_series(epochs.map(|point| Circle::new(point, 5, HOLDOUT.filled())))?;
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE)
        .border_style(GRID)
        .label_font(style(17))
        .margin(12)
        .draw()?;
    root.present()?;
    Ok(())
}

const LEARNING_LABEL: &str = "while learning: the last 200 answers, each given before the label was told";

fn holdout_label(report: &RunReport) -> String {
    format!("on the {} samples that are never learned, after each epoch", report.holdout)
}

fn title(report: &RunReport) -> String {
    let seeds = report.seeds.len();
    let runs = if seeds == 1 { "one seed".to_owned() } else { format!("mean of {seeds} seeds") };
    match report.mean() {
        Some(mean) => {
            format!("{}: {:.1} % of the held-out samples right ({runs})", report.region, mean * 100.0)
        }
        None => format!("{} ({runs})", report.region),
    }
}

#[cfg(test)]
mod tests;
