using Google.Protobuf;
using Microsoft.Extensions.Logging;
using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Outputs;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Recorders;
using RoboPerception.Recording.Schemas;

namespace RoboPerception.Node.Web.Foxglove;

/// <summary>
/// One camera's channels. While somebody is subscribed to one of them, a few frames a second are copied, those outputs that are watched alone, and
/// written once for all subscribers on a thread of their own; a frame that comes while that thread is busy is not shown.
/// </summary>
internal sealed class FoxgloveCamera : IFrameTap, IDisposable
{
    private readonly ModelDescription model;
    private readonly FoxgloveHub hub;
    private readonly string frameId;
    private readonly FoxgloveChannel image;
    private readonly FoxgloveChannel[] outputs;
    private readonly FoxgloveChannel? scan;
    private readonly FoxgloveChannel? points;
    private readonly string camera;
    private readonly FrameAnswers answers = new();
    private readonly bool[] isTaken;
    private readonly OutputPixels pixels;
    private readonly PayloadBuffer payload = new();
    private readonly SourceImage source = new();
    private readonly ILogger log;
    private readonly double period;
    private readonly AutoResetEvent filled = new(false);
    private readonly Thread thread;
    private OutputBuffers? copy;
    private FrameHeader header;
    private bool isImageTaken;
    private SharedFile? sourceFile;
    private double nextAt;
    private volatile bool isBusy;
    private volatile bool isDisposed;

    /// <summary>Adds the channels of a camera to a hub.</summary>
    /// <param name="camera">Its id.</param>
    /// <param name="model">Grid and outputs.</param>
    /// <param name="settings">Frames a second at most; whether there are scan and points.</param>
    /// <param name="hub">Where the channels go.</param>
    /// <param name="log">Told of a frame that cannot be written.</param>
    public FoxgloveCamera(string camera, ModelDescription model, NodeSettings settings, FoxgloveHub hub, ILogger log)
    {
        (this.camera, this.model, this.hub, this.log) = (camera, model, hub, log);
        (frameId, period, pixels) = (FoxgloveMessages.FrameOf(camera), 1000 / settings.HttpRate, new OutputPixels(model));
        image = hub.Add(id => FoxgloveChannel.Protobuf(id, RecordingSettings.Topic(camera, "image"), CompressedImage.Descriptor));
        outputs = [.. model.Outputs.Select(o => hub.Add(id => FoxgloveChannel.Protobuf(id, RecordingSettings.Topic(camera, Topics.NameOf(o.Kind)), RawImage.Descriptor)))];
        Calibration = hub.Add(id => FoxgloveChannel.Protobuf(id, RecordingSettings.Topic(camera, "calibration"), CameraCalibration.Descriptor));
        scan = settings.FrameOutputs.NeedsScan ? hub.Add(id => FoxgloveChannel.Protobuf(id, RecordingSettings.Topic(camera, "scan"), LaserScan.Descriptor)) : null;
        points = settings.FrameOutputs.NeedsPoints ? hub.Add(id => FoxgloveChannel.Protobuf(id, RecordingSettings.Topic(camera, "points"), PointCloud.Descriptor)) : null;
        isTaken = new bool[outputs.Length];
        thread = new Thread(Write) { IsBackground = true, Name = $"foxglove {camera}", Priority = ThreadPriority.BelowNormal };
        thread.Start();
    }

    /// <summary>How the camera sees; the one message holds.</summary>
    public FoxgloveChannel Calibration { get; }

    /// <inheritdoc/>
    public bool WantsSource => image.IsWatched && !isBusy && IsDue(Now);

    private bool IsWatched => image.IsWatched || Array.Exists(outputs, o => o.IsWatched) || scan?.IsWatched == true || points?.IsWatched == true;

    private static double Now => System.Diagnostics.Stopwatch.GetTimestamp() * 1000.0 / System.Diagnostics.Stopwatch.Frequency;

    /// <inheritdoc/>
    public void Take(FramePrediction prediction, OutputBuffers buffers, in FrameHeader header, FrameOutputs? extras)
    {
        hub.Tell(header.AcquisitionStamp);
        double now = Now;
        if (!IsWatched || isBusy || !IsDue(now) || (image.IsWatched && !prediction.HasSource))
        {
            // Also a frame that was on its way when somebody subscribed to the image: the next has it.
            return;
        }
        // A camera of exactly this rate does not lose every second frame to a millisecond.
        nextAt = now - nextAt < period ? nextAt + period : now + period;
        this.header = header;
        isImageTaken = image.IsWatched && prediction.HasSource;
        if (isImageTaken)
        {
            source.Take(prediction.Source!);
            sourceFile = prediction.SourceFile;
        }
        copy ??= new OutputBuffers(model);
        for (int i = 0; i < outputs.Length; i++)
        {
            isTaken[i] = outputs[i].IsWatched;
            if (isTaken[i])
            {
                copy.Take(pixels.Kinds[i], buffers);
            }
        }
        answers.Take(extras, scan?.IsWatched == true, points?.IsWatched == true);
        isBusy = true;
        filled.Set();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (isDisposed)
        {
            return;
        }
        isDisposed = true;
        filled.Set();
        thread.Join(TimeSpan.FromSeconds(2));
        filled.Dispose();
    }

    private bool IsDue(double now) => now >= nextAt;

    private void Write()
    {
        while (filled.WaitOne() && !isDisposed)
        {
            try
            {
                WriteFrame();
            }
            catch (OpenCVException e)
            {
                log.Say($"a frame could not be encoded for Foxglove: {e.Message}");
            }
            isBusy = false;
        }
    }

    private void WriteFrame()
    {
        for (int i = 0; i < outputs.Length; i++)
        {
            if (isTaken[i])
            {
                pixels.Encode(i, copy!, header, payload);
                outputs[i].Offer(new FoxgloveMessage(header.AcquisitionStamp, FoxgloveMessages.Output(frameId, payload).ToByteArray()));
            }
        }
        long stamp = header.AcquisitionStamp;
        if (answers.Scan is { } newest)
        {
            scan!.Offer(new FoxgloveMessage(stamp, FoxgloveMessages.Scan(stamp, camera, newest).ToByteArray()));
        }
        if (answers.Points is { } cloud)
        {
            points!.Offer(new FoxgloveMessage(stamp, FoxgloveMessages.Points(stamp, frameId, cloud).ToByteArray()));
        }
        if (isImageTaken)
        {
            byte[] jpeg = sourceFile?.Of(source) ?? source.EncodeJpeg(SharedFile.Quality);
            image.Offer(new FoxgloveMessage(stamp, FoxgloveMessages.Image(stamp, frameId, "jpeg", jpeg).ToByteArray()));
        }
    }
}
