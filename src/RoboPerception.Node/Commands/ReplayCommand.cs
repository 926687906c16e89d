using System.CommandLine;
using System.CommandLine.Parsing;
using RoboPerception.Core;
using RoboPerception.Node.Sharing;

namespace RoboPerception.Node.Commands;

/// <summary>
/// <c>replay</c>: the same pipeline over a recording; nothing is dropped, stamps are the recording's, it ends with the file. With
/// <c>--share</c> many recordings go to a group of workers, with <c>--worker</c> this process is one of them.
/// </summary>
internal static class ReplayCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var files = new Argument<string[]>("file") { Description = "a video file, a recording of ours (FILE.mcap), a folder or a glob of images; with --share any number of them", Arity = ArgumentArity.ZeroOrMore };
        var report = new Option<string?>("--report") { Description = "write figures and a hash of all pixels as JSON; with --share: the results of all", HelpName = "FILE" };
        var share = new Option<string?>("--share") { Description = "have the recordings done by the workers of a group, and wait", HelpName = "GROUP" };
        var worker = new Option<string?>("--worker") { Description = "do the recordings of a group until stopped", HelpName = "GROUP" };
        var drain = new Option<bool>("--drain") { Description = "with --worker: end when nothing is left to do" };
        var results = new Option<string>("--results") { Description = "with --worker: folder of the reports", HelpName = "DIR", DefaultValueFactory = _ => "." };
        var verify = new Option<bool>("--verify") { Description = "prove that a recording with lossless input gives every pixel again that it holds" };
        var diff = new Option<string?>("--diff") { Description = "run another model too and say where it differs; --contact-sheet then shows the frames that differ most, --report has the figures", HelpName = "OTHER.onnx" };
        var flags = new NodeFlags();
        var command = new Command("replay", "run a recording through the pipeline, losslessly, as fast as it goes (or --pace realtime)") { files, report, share, worker, drain, results, verify, diff };
        flags.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            string[] recordings = parsed.GetValue(files) ?? [];
            if (parsed.GetValue(worker) is { } group)
            {
                if (recordings.Length > 0)
                {
                    throw new UserErrorException(ExitCode.Usage, "--worker takes its recordings from the group: name them with 'roboperception replay FILE... --share GROUP'");
                }
                return SharedReplay.WorkAsync(flags.Read(parsed, [], replay: true).Settings, group, parsed.GetValue(drain), parsed.GetValue(results)!, FlagsOfReplay(parsed, worker, drain, results));
            }
            if (parsed.GetValue(share) is { } members)
            {
                return SharedReplay.ShareAsync(flags.Read(parsed, recordings, replay: true).Settings, members, recordings, parsed.GetValue(report));
            }
            if (parsed.GetValue(diff) is not null && parsed.GetValue(verify))
            {
                throw new UserErrorException(ExitCode.Usage, "--verify proves that one model gives the same again, --diff shows how two differ: choose one");
            }
            return recordings.Length == 1
                ? NodeRunner.RunAsync(flags.Read(parsed, recordings, replay: true) with { Report = parsed.GetValue(report), Verify = parsed.GetValue(verify), Diff = parsed.GetValue(diff) })
                : throw new UserErrorException(ExitCode.Usage, $"'replay' takes one recording, or several with --share GROUP; {recordings.Length} were named");
        });
        return command;
    }

    /// <summary>What the user said of the node itself, as words for another <c>replay</c>.</summary>
    private static List<string> FlagsOfReplay(ParseResult parsed, params Option[] own) =>
    [
        .. parsed.CommandResult.Children.OfType<OptionResult>().Where(r => !r.Implicit && !own.Contains(r.Option) && r.Option.Name != "--node")
            .SelectMany(r => r.Tokens.Select(t => t.Value).Prepend(r.Option.Name)),
    ];
}
