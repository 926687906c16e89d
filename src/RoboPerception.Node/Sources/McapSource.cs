using OpenCvSharp;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Node.Recorders;
using RoboPerception.Recording.Mcap;
using RoboPerception.Recording.Schemas;

namespace RoboPerception.Node.Sources;

/// <summary>A recording of ours as a camera: the images as they were recorded, with their stamps. Of several cameras one is chosen (<c>file:///FILE.mcap?camera=left</c>), else the first.</summary>
internal sealed class McapSource : Capture.FrameSource
{
    private readonly string path;
    private readonly string? camera;
    private McapReader? reader;
    private IEnumerator<McapMessage>? messages;
    private CompressedImage? image;

    /// <summary>A source that is opened later.</summary>
    public McapSource(SourceUri uri)
        : base(uri.Name, isLive: false)
    {
        path = uri.Place;
        camera = uri.Option("camera");
    }

    /// <summary>The run a source is a recording of; null for any other source.</summary>
    public static RecordedRun? RunOf(string source) => PathOf(source) is { } path && File.Exists(path) ? RecordedRun.Read(path) : null;

    /// <summary>The camera that a source names, else the first of the recording.</summary>
    /// <exception cref="UserErrorException">There is none of that name (exit code 4).</exception>
    public static string CameraOf(string source, RecordedRun run)
    {
        string? wanted = SourceUri.Parse(source).Option("camera");
        return wanted is null
            ? run.Cameras.Count > 0 ? run.Cameras[0] : throw new UserErrorException(ExitCode.NoSource, $"the recording '{PathOf(source)}' has no camera")
            : run.Cameras.Contains(wanted) ? wanted : throw new UserErrorException(ExitCode.NoSource, $"the recording '{PathOf(source)}' has no camera '{wanted}', only {string.Join(", ", run.Cameras)}");
    }

    /// <summary>The file that a source names, if it is a recording.</summary>
    public static string? PathOf(string source) => SourceUri.Parse(source) is { Scheme: "file" } uri && RecordedRun.IsRecording(uri.Place) ? uri.Place : null;

    /// <inheritdoc/>
    public override void Open()
    {
        RecordedRun run = RecordedRun.Read(path);
        string id = camera ?? CameraOf(path, run);
        if (run.Facts.GetValueOrDefault(RecordedRun.InputKey) == "none")
        {
            throw new UserErrorException(ExitCode.NoSource, $"the recording '{path}' holds no input: record with --input jpeg or lossless to replay");
        }
        string topic = RecordingSettings.Topic(id, "image");
        reader = RecordedRun.Open(path);
        messages = reader.Messages(c => c.Topic == topic).GetEnumerator();
    }

    /// <inheritdoc/>
    public override GrabOutcome Grab()
    {
        try
        {
            if (!messages!.MoveNext())
            {
                return GrabOutcome.End;
            }
            image = CompressedImage.Parser.ParseFrom(messages.Current.Data.Span);
            Stamp = (long)messages.Current.LogTime;
            return GrabOutcome.Frame;
        }
        catch (Exception e) when (e is McapFormatException or Google.Protobuf.InvalidProtocolBufferException or IOException)
        {
            throw new UserErrorException(ExitCode.NoSource, $"the recording '{path}' is damaged: {e.Message}; 'roboperception record --repair' saves what can be read", e);
        }
    }

    /// <inheritdoc/>
    public override bool Retrieve(Mat image)
    {
        using Mat decoded = Cv2.ImDecode(this.image!.Data.Span, ImreadModes.Color);
        if (decoded.Empty())
        {
            return false;
        }
        decoded.CopyTo(image);
        return true;
    }

    /// <inheritdoc/>
    public override void Close()
    {
        messages?.Dispose();
        reader?.Dispose();
        (messages, reader) = (null, null);
    }
}
