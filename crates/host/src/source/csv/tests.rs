use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

fn parse(text: &str, options: &CsvOptions) -> Result<Dataset, String> {
    read_from(text.as_bytes(), options, LIMIT).map_err(|failure| match failure.line {
        Some(line) => format!("{line}: {}", failure.kind),
        None => failure.kind.to_string(),
    })
}

fn named(name: &str) -> CsvOptions {
    CsvOptions { label: LabelColumn::Name(name.to_owned()), header: true, ..CsvOptions::default() }
}

#[test]
fn the_last_column_is_the_label_unless_stated_otherwise() {
    let data = parse("1, 2,7\n3,4,5\n", &CsvOptions::default()).unwrap();
    assert_eq!((data.len(), data.width()), (2, 2));
    assert_eq!(data.classes(), ["5", "7"]);
    let sample = data.sample(0).unwrap();
    assert_eq!((sample.input, sample.label), (&[1, 2][..], 1));

    let first = CsvOptions { label: LabelColumn::Index(0), ..CsvOptions::default() };
    let data = parse("1,2,7\n3,4,5\n", &first).unwrap();
    assert_eq!(data.sample(1).unwrap().input, [4, 5]);
    assert_eq!(data.classes(), ["1", "3"]);
}

#[test]
fn a_header_names_the_label() {
    let data = parse("kind,a,b\nx,1,2\ny,3,4\n", &named("kind")).unwrap();
    assert_eq!(data.classes(), ["x", "y"]);
    assert_eq!(data.sample(1).unwrap().input, [3, 4]);
    let error = parse("kind,a,b\nx,1,2\n", &named("sort")).unwrap_err();
    assert_eq!(error, "the header has no column \"sort\" (it has kind, a, b)");
}

#[test]
fn features_are_scaled_and_shifted() {
    let options = CsvOptions { scale: -16, offset: 3, ..CsvOptions::default() };
    assert_eq!(parse("2,0,1\n", &options).unwrap().sample(0).unwrap().input, [-29, 3]);
    let error = parse("1,1\n200000000,1\n", &options).unwrap_err();
    assert_eq!(error, "2: column 0: 200000000 leaves 32 bits when it is scaled");
}

#[test]
fn labels_that_are_values_are_no_classes() {
    let text: String = (0..5000).map(|i| format!("1,{i}\n")).collect();
    let error = parse(&text, &CsvOptions::default()).unwrap_err();
    assert_eq!(error, "4097: there are more than 4096 different labels (is the label in another column?)");
}

#[test]
fn gzip_is_recognised_by_its_first_bytes() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(b"1,2\n3,4\n").unwrap();
    let mut bytes = encoder.finish().unwrap();
    let data = read_from(bytes.as_slice(), &CsvOptions::default(), LIMIT).unwrap();
    assert_eq!(data, parse("1,2\n3,4\n", &CsvOptions::default()).unwrap());
    bytes.truncate(bytes.len() - 9);
    let failure = read_from(bytes.as_slice(), &CsvOptions::default(), LIMIT).unwrap_err();
    assert!(matches!(failure.kind, SourceErrorKind::Io(_)));
}

#[test]
fn mistakes_are_named_with_their_line() {
    let cases = [
        ("1,2\n3,4,5\n", "2: 3 columns, but the first row has 2"),
        ("1,2\n\n1.5,4\n", "3: column 0: \"1.5\" is not an integer (does the file begin with a header?)"),
        ("\n\r\n1,2\r\n\r\n3,4\r\n5\r\n", "6: 1 columns, but the first row has 2"),
        ("1,\n", "1: the label is empty"),
        ("1\n", "there is no column beside the label"),
        ("", "there is no sample"),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text, &CsvOptions::default()).unwrap_err(), expected, "{text:?}");
    }
    let ninth = CsvOptions { label: LabelColumn::Index(9), ..CsvOptions::default() };
    let error = parse("1,2\n", &ninth).unwrap_err();
    assert_eq!(error, "there is no column 9 for the label (there are 2, counted from 0)");
}

#[test]
fn bytes_that_are_not_utf8_and_files_that_are_too_large_are_refused() {
    let failure = read_from(&b"1,2\n1,\xFF\n"[..], &CsvOptions::default(), LIMIT).unwrap_err();
    assert!(matches!(failure, Failure { line: Some(2), kind: SourceErrorKind::NotUtf8 }));
    for limit in 0..=8 {
        let failure = read_from(&b"1,2\n3,4\n"[..], &CsvOptions::default(), limit).unwrap_err();
        assert!(matches!(failure.kind, SourceErrorKind::TooLarge), "{limit}");
    }
    assert_eq!(read_from(&b"1,2\n3,4\n"[..], &CsvOptions::default(), 9).unwrap().len(), 2);
}

#[test]
fn a_missing_file_is_an_error_that_names_it() {
    let error = read(Path::new("no/such.csv"), &CsvOptions::default()).unwrap_err();
    assert!(error.to_string().starts_with("no/such.csv: "));
}
