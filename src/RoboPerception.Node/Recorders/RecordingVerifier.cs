using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Outputs;
using RoboPerception.Node.Pipeline;
using RoboPerception.Recording.Mcap;
using RoboPerception.Recording.Schemas;

namespace RoboPerception.Node.Recorders;

/// <summary>Compares what a replay predicts with what the recording holds, pixel by pixel. The first difference ends the replay.</summary>
internal sealed class RecordingVerifier : IFrameTap, IDisposable
{
    private readonly string path;
    private readonly OutputPixels pixels;
    private readonly PayloadBuffer[] payloads;
    private readonly McapReader reader;
    private readonly IEnumerator<McapMessage> recorded;
    private long frames;
    private bool ended;

    /// <summary>A comparison with one camera of a recording.</summary>
    /// <exception cref="UserErrorException">Its input was not kept losslessly, or it is of another model (exit code 2).</exception>
    public RecordingVerifier(string path, RecordedRun run, string camera, ModelFile model)
    {
        if (run.Facts.GetValueOrDefault(RecordedRun.InputKey) is var input && input != "lossless")
        {
            throw new UserErrorException(ExitCode.Usage, $"'{path}' holds its input as {input}: only a recording made with --input lossless can be verified");
        }
        if (run.Facts.GetValueOrDefault("model_id") is var id && id != model.Sha256[..16])
        {
            throw new UserErrorException(ExitCode.Usage, $"'{path}' was recorded with the model {run.Facts.GetValueOrDefault("model")} ({id}), not with {model.Description.Name} ({model.Sha256[..16]}): name that one with --model");
        }
        this.path = path;
        pixels = new OutputPixels(model.Description);
        payloads = [.. pixels.Kinds.Select(_ => new PayloadBuffer())];
        reader = RecordedRun.Open(path);
        string[] topics = [.. pixels.Kinds.Select(kind => RecordingSettings.Topic(camera, Topics.NameOf(kind)))];
        recorded = reader.Messages(c => topics.Contains(c.Topic)).GetEnumerator();
    }

    /// <inheritdoc/>
    public bool WantsSource => false;

    /// <summary>What was found, in a line.</summary>
    public string Summary => $"verified: {frames} frames of '{path}', {string.Join(", ", pixels.Kinds.Select(Topics.NameOf))}: every pixel as recorded{(ended ? "; the last frame is cut" : "")}";

    /// <inheritdoc/>
    public void Take(FramePrediction prediction, OutputBuffers buffers, in FrameHeader header, FrameOutputs? extras)
    {
        pixels.Encode(buffers, header, payloads);
        for (int i = 0; i < payloads.Length; i++)
        {
            string name = Topics.NameOf(pixels.Kinds[i]);
            if (!ended && !recorded.MoveNext())
            {
                // A file that was cut may end within a frame; it does so once.
                ended = true;
                return;
            }
            if (ended || recorded.Current.LogTime != (ulong)header.AcquisitionStamp || !recorded.Current.Channel.Topic.EndsWith($"/{name}", StringComparison.Ordinal))
            {
                throw new UserErrorException(ExitCode.Failed, $"frame {frames} of '{path}': its {name} is not in the recording");
            }
            RawImage image = RawImage.Parser.ParseFrom(recorded.Current.Data.Span);
            ReadOnlySpan<byte> ours = OutputPixels.Of(payloads[i]).Span, theirs = image.Data.Span;
            if (!ours.SequenceEqual(theirs))
            {
                throw new UserErrorException(ExitCode.Failed, $"frame {frames} of '{path}': {name} differs from the recording{Where(ours, theirs, image.Width, pixels.Kinds[i])}");
            }
        }
        frames++;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        recorded.Dispose();
        reader.Dispose();
    }

    private static string Where(ReadOnlySpan<byte> ours, ReadOnlySpan<byte> theirs, uint width, OutputKind kind)
    {
        int bytes = OutputPixels.BytesOf(kind), different = 0;
        if (ours.Length != theirs.Length)
        {
            return $": {ours.Length} bytes instead of {theirs.Length}";
        }
        for (int i = 0; i < ours.Length; i += bytes)
        {
            different += ours.Slice(i, bytes).SequenceEqual(theirs.Slice(i, bytes)) ? 0 : 1;
        }
        int first = ours.CommonPrefixLength(theirs) / bytes;
        return $" in {different} of {ours.Length / bytes} pixels, first at column {first % width}, row {first / width}";
    }
}
