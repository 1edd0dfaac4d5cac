//! `ternsig test`: programs that test with the test extension.

mod case;

use crate::arguments::require_available;
use crate::files::{collect, is_source};
use crate::problem::{Problem, Status};
use crate::program::{Program, is_unreadable, refused};
use crate::terminal::colour;
use case::{Case, Verdict};
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};
use ternsig_host::Engine;
use ternsig_isa::table::test::TestOp;

/// Runs test programs and reports each test.
///
/// The state before a run is taken from a file NAME.state.json beside NAME.ternsig, if there is one. A failed
/// assertion fails its test and the run goes on behind it; any other error ends the run, and the tests that it has
/// not reached have failed. The last line is `N passed, N failed`.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Files, and directories whose .ternsig files that require the test extension are meant.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The program whose machine programs without registers run on. It is loaded, not run.
    #[arg(long, value_name = "PROGRAM")]
    on: Option<PathBuf>,
    /// The engine: interpreter, jit, auto or crosscheck.
    #[arg(long, default_value_t)]
    engine: Engine,
    /// The fuel of one run.
    #[arg(long, value_name = "UNITS")]
    fuel: Option<u64>,
}

impl Test {
    /// The tests of one program.
    pub(crate) fn of(file: &Path, on: Option<&Path>, engine: Option<Engine>, fuel: Option<u64>) -> Test {
        let engine = engine.unwrap_or_default();
        Test { paths: vec![file.to_owned()], on: on.map(Path::to_owned), engine, fuel }
    }

    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        require_available(self.engine)?;
        let on = self.on.as_deref().map(Program::load).transpose()?;
        let (mut passed, mut failed) = (0, 0);
        for path in collect(&self.paths, is_source)? {
            let cases = match Program::load_quietly(&path) {
                Ok(program) if !self.is_meant(&path, &program) => continue,
                Ok(program) => case::run(&path, &program, on.as_ref(), self)?,
                Err(error) if is_unreadable(&error) => return Err(refused(error)),
                Err(error) => vec![Case::failed("program", error.render(colour()))],
            };
            writeln!(out, "{}", path.display())?;
            for case in &cases {
                report(case, out)?;
            }
            failed += cases.iter().filter(|case| case.verdict.is_failure()).count();
            passed += cases.iter().filter(|case| !case.verdict.is_failure()).count();
        }
        if passed + failed == 0 {
            return Err(Problem::invocation("no program there requires the test extension"));
        }
        writeln!(out, "{passed} passed, {failed} failed")?;
        Ok(Status::success_if(failed == 0))
    }

    /// Named files are meant, others if they require the test extension.
    fn is_meant(&self, path: &Path, program: &Program) -> bool {
        self.paths.iter().any(|named| named == path) || is_test(program)
    }
}

/// Whether a program requires the test extension.
pub(crate) fn is_test(program: &Program) -> bool {
    program.assembled().requires.iter().any(|requirement| requirement.ext == TestOp::EXT)
}

/// The file beside a test program with the state before its run.
pub(crate) fn state_beside(program: &Path) -> PathBuf {
    program.with_extension("state.json")
}

fn report(case: &Case, out: &mut dyn Write) -> Result<(), Problem> {
    match &case.verdict {
        Verdict::Passed { assertions: 1 } => writeln!(out, "  {}: passed (1 assertion)", case.name)?,
        Verdict::Passed { assertions } => writeln!(out, "  {}: passed ({assertions} assertions)", case.name)?,
        Verdict::Failed { message } => {
            writeln!(out, "  {}: FAILED", case.name)?;
            message.lines().try_for_each(|line| writeln!(out, "    {line}"))?;
        }
    }
    Ok(())
}
