using System.CommandLine;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Images;

namespace RoboPerception.Node.Commands;

/// <summary><c>decode</c>: a captured payload to a viewable PNG beside it, its header as JSON on standard output.</summary>
internal static class DecodeCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var file = new Argument<string>("file") { Description = "a payload as it came from the broker, e.g. of mosquitto_sub -C 1 > FILE" };
        var output = new Option<string?>("--out", "-o") { Description = "where the image goes; default: FILE.view.png", HelpName = "PNG" };
        var labels = new Option<string?>("--labels") { Description = "the retained 'labels' document, for the class colours; default: the NYU classes", HelpName = "JSON" };
        var command = new Command("decode", "turn a captured payload into an image and its header into JSON") { file, output, labels };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(file)!;
            DecodedFrame frame = Decode(path, Read(path));
            ClassMap? classes = parsed.GetValue(labels) is { } json ? ReadLabels(json) : null;
            AtomicFile.Write(parsed.GetValue(output) ?? path + ".view.png", OutputImage.Png(frame, classes));
            Console.WriteLine(HeaderJson.Write(frame.Header));
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{path}' cannot be read: {e.Message}", e);
        }
    }

    private static DecodedFrame Decode(string path, byte[] payload)
    {
        try
        {
            return PayloadDecoder.Decode(payload);
        }
        catch (PayloadException e)
        {
            throw new UserErrorException(ExitCode.Failed, $"'{path}': {e.Message}", e);
        }
    }

    private static ClassMap ReadLabels(string path)
    {
        try
        {
            return MessageJson.Read<LabelsDocument>(Read(path)).ToClassMap();
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or FormatException or ArgumentException)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{path}' is not a labels document: {e.Message}", e);
        }
    }
}
