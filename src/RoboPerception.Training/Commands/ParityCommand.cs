using System.CommandLine;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Parity;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train parity</c>.</summary>
internal static class ParityCommand
{
    private static readonly Argument<string[]> Files = new("file") { Description = "Reference files (safetensors)", Arity = ArgumentArity.OneOrMore };

    public static Command Create()
    {
        var command = new Command("parity", "Compares networks, losses, metrics and weightings with files of reference values") { Files };
        command.SetAction((parse, _) => UserErrors.Guard(() => Run(parse.GetValue(Files)!)));
        return command;
    }

    private static ExitCode Run(string[] files)
    {
        var outcome = ExitCode.Ok;
        foreach (var file in files)
        {
            try
            {
                var result = ParityChecks.Examine(file);
                Show(file, result);
                outcome = outcome == ExitCode.Ok && result.Deviations.Any(deviation => !deviation.Passed) ? ExitCode.Failed : outcome;
            }
            catch (UserErrorException unfit) when (files.Length > 1)
            {
                // The others are compared all the same.
                outcome = ProgramGuard.Report(unfit);
            }
        }

        return outcome;
    }

    private static void Show(string file, ParityResult result)
    {
        Console.WriteLine(Path.GetFileName(file));
        Console.WriteLine($"  {"group",-18} {"values",6}  {"measure",-18} {"largest",9} {"allowed",9}        at");
        foreach (var deviation in result.Deviations)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {deviation.Group,-18} {deviation.Count,6}  {deviation.Measure,-18} {deviation.Largest,9:0.00e-00} {deviation.Tolerance,9:0.0e-00} {(deviation.Passed ? "ok" : "BEYOND"),-6} {deviation.Where}"));
        }

        if (result.LeftOut.Count > 0)
        {
            Console.WriteLine($"  left out, as nothing here computes it: {string.Join(", ", result.LeftOut.Take(10))}{(result.LeftOut.Count > 10 ? $" and {result.LeftOut.Count - 10} more" : "")}");
        }
    }
}
