using System.CommandLine;

namespace RoboPerception.Node.Commands;

/// <summary><c>run</c>: live perception.</summary>
internal static class RunCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var sources = new Argument<string[]>("source")
        {
            Description = "v4l2:///dev/video0, csi://0, rtsp://host/stream, a video file, a folder or glob of images, test://",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var flags = new NodeFlags();
        var command = new Command("run", "perceive: frames in, predictions out, until stopped") { sources };
        flags.AddTo(command);
        command.SetAction((parsed, _) => NodeRunner.RunAsync(flags.Read(parsed, parsed.GetValue(sources) ?? [], replay: false)));
        return command;
    }
}
