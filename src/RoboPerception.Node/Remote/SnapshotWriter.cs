using System.Globalization;
using System.Text.Json.Nodes;
using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Images;
using RoboPerception.Node.Outputs;
using RoboPerception.Node.Web.Live;

namespace RoboPerception.Node.Remote;

/// <summary>
/// A frame for whoever asked for one: as one JSON document whose parts are image files that any viewer opens, or as the bundle that our
/// subscribers decode.
/// </summary>
internal sealed class SnapshotWriter(string camera, ModelDescription model)
{
    private readonly PayloadBuffer buffer = new();

    /// <summary>Input and overlay as JPEG, each dense output as the PNG of its topic.</summary>
    public RemoteAnswer Json(FrameSnapshot frame)
    {
        FrameHeader header = frame.Header;
        var parts = new JsonArray();
        var jpeg = new FrameJpeg(1, frame.Width, frame.Height);
        jpeg.Encode(frame.Image);
        Add("image", ContentTypes.Jpeg, jpeg.Current);
        if (model.Output(OutputKind.Segmentation)?.Classes is { } classes)
        {
            var overlay = new Overlay(classes);
            Add("overlay", ContentTypes.Jpeg, overlay.Encode(frame.Image, frame.Segmentation, frame.Width, frame.Height));
        }
        foreach (ModelOutput output in model.Outputs)
        {
            Encode(frame, output.Kind);
            Add(Topics.NameOf(output.Kind), ContentTypes.Of(PayloadEncoding.Png), buffer.Memory.Span);
        }
        return RemoteAnswer.Ok(
            ("camera", camera), ("sequence", header.Sequence), ("acquired", DateTime.UnixEpoch.AddTicks(header.AcquisitionStamp / 100).ToString("O", CultureInfo.InvariantCulture)), ("acquisition_stamp", header.AcquisitionStamp),
            ("session", header.SessionId.ToString("x8", CultureInfo.InvariantCulture)), ("model_id", header.ModelId.ToString("x16", CultureInfo.InvariantCulture)),
            ("width", frame.Width), ("height", frame.Height), ("parts", parts));

        void Add(string name, string type, ReadOnlySpan<byte> file) =>
            parts.Add(new JsonObject { ["name"] = name, ["content_type"] = type, ["data"] = Convert.ToBase64String(file) });
    }

    /// <summary>The dense outputs as topic <c>bundle</c> has them.</summary>
    public RemoteAnswer Bundle(FrameSnapshot frame)
    {
        var writer = new BundleWriter(model.Outputs.Count);
        var bundle = new PayloadBuffer();
        writer.Begin(frame.Header, bundle);
        foreach (ModelOutput output in model.Outputs)
        {
            Encode(frame, output.Kind);
            writer.Add(buffer);
        }
        writer.Finish();
        bundle.StampPublish(UnixClock.Now);
        return new RemoteAnswer(true, bundle.Memory.ToArray(), ContentTypes.Bundle);
    }

    private void Encode(FrameSnapshot frame, OutputKind kind)
    {
        var encoder = new PayloadEncoder(kind, PayloadEncoding.Png);
        switch (kind)
        {
            case OutputKind.Segmentation:
                encoder.EncodeSegmentation(frame.Header, frame.Segmentation, buffer);
                break;
            case OutputKind.Depth:
                encoder.EncodeDepth(frame.Header, frame.Depth, buffer);
                break;
            default:
                encoder.EncodeNormals(frame.Header, frame.Normals, buffer);
                break;
        }
        buffer.StampPublish(UnixClock.Now);
    }
}
