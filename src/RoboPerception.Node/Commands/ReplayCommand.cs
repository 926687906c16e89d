using System.CommandLine;

namespace RoboPerception.Node.Commands;

/// <summary><c>replay</c>: the same pipeline over a recording; nothing is dropped, stamps are the recording's, it ends with the file.</summary>
internal static class ReplayCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var file = new Argument<string>("file") { Description = "a video file, a folder or a glob of images" };
        var flags = new NodeFlags();
        var command = new Command("replay", "run a recording through the pipeline, losslessly, as fast as it goes (or --pace realtime)") { file };
        flags.AddTo(command);
        command.SetAction((parsed, _) => NodeRunner.RunAsync(flags.Read(parsed, [parsed.GetValue(file)!], replay: true)));
        return command;
    }
}
