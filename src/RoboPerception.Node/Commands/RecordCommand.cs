using System.CommandLine;
using RoboPerception.Core;
using RoboPerception.Node.Recorders;
using RoboPerception.Recording.Mcap;

namespace RoboPerception.Node.Commands;

/// <summary><c>record</c>: a run that is also written to an MCAP file; <c>--repair</c> makes a whole file of one that was cut.</summary>
internal static class RecordCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var sources = new Argument<string[]>("source") { Description = "as for 'run'", Arity = ArgumentArity.ZeroOrMore };
        var output = new Option<string?>("--out", "-o") { Description = "the recording; it grows beside its name and takes it when it is whole", HelpName = "FILE.mcap" };
        var input = new Option<string>("--input") { Description = "what is kept of the input: jpeg, lossless (a replay sees the same pixels) or none", HelpName = "KIND", DefaultValueFactory = _ => "jpeg" };
        input.AcceptOnlyFromAmong("jpeg", "lossless", "none");
        var repair = new Option<string?>("--repair") { Description = "make a whole file of a recording that was cut (FILE.mcap.part) or is damaged", HelpName = "FILE" };
        var flags = new NodeFlags();
        var command = new Command("record", "run, and write input and outputs to an MCAP file that Foxglove opens and 'replay' plays") { sources, output, input, repair };
        flags.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            if (parsed.GetValue(repair) is { } damaged)
            {
                return Task.FromResult(Repair(damaged, parsed.GetValue(output)));
            }
            string file = parsed.GetValue(output) ?? throw new UserErrorException(ExitCode.Usage, "record needs a file: -o FILE.mcap");
            RecordedInput kept = Enum.Parse<RecordedInput>(parsed.GetValue(input)!, ignoreCase: true);
            return NodeRunner.RunAsync(flags.Read(parsed, parsed.GetValue(sources) ?? [], replay: false) with { Recording = new RecordingSettings(file, kept) });
        });
        return command;
    }

    private static int Repair(string damaged, string? output)
    {
        string part = McapWriter.PartOf("");
        string repaired = output ?? (damaged.EndsWith(part, StringComparison.Ordinal) ? damaged[..^part.Length] : $"{damaged}.repaired{RecordedRun.Extension}");
        try
        {
            McapRepairReport report = McapRepair.Repair(damaged, repaired);
            Console.WriteLine(report.WasWhole && report.DamagedChunks == 0
                ? $"{damaged} is whole: {report.Messages} messages, copied to {repaired}"
                : $"{report.Messages} messages saved to {repaired}{(report.DamagedChunks > 0 ? $", {report.DamagedChunks} damaged chunks left out" : "")}{(report.StoppedBy is { } why ? $"; reading ended: {why}" : "")}");
            return (int)ExitCode.Ok;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or McapFormatException)
        {
            throw new UserErrorException(ExitCode.Failed, $"'{damaged}' cannot be repaired: {e.Message}", e);
        }
    }
}
