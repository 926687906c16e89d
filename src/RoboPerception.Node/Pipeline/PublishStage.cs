using System.Diagnostics;
using System.Runtime.InteropServices;
using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Images;
using RoboPerception.Node.Outputs;
using RoboPerception.Node.Recorders;
using RoboPerception.Node.Web.Live;

namespace RoboPerception.Node.Pipeline;

/// <summary>
/// The thread behind inference: encodes each output of a prediction and hands it to its topic's publisher. Frames that people
/// will see (overlay, contact sheet) are drawn here too, a few a second, outside the promise of no allocation.
/// </summary>
internal sealed class PublishStage : IDisposable
{
    private readonly ModelDescription model;
    private readonly CameraControls controls;
    private readonly ISlot<FramePrediction> predictions;
    private readonly ISlot<FramePrediction> free;
    private readonly PipelineRequest request;
    private readonly PipelineStatistics statistics;
    private readonly Action<string> log;
    private readonly OutputPlan plan;
    private readonly List<DenseOutput> outputs;
    private readonly EncodingThread[] encoders;
    private readonly OverlayTopic? overlay;
    private readonly Thread thread;
    private long sourceSize;
    private int finished;
    private Exception? failure;
    private CameraGeometry geometry;
    private FrameOutputs? extras;

    /// <summary>A stage that does not run yet; its publishers' threads do.</summary>
    public PublishStage(
        OutputPlan plan,
        CameraControls controls,
        CameraGeometry geometry,
        ISlot<FramePrediction> predictions,
        ISlot<FramePrediction> free,
        PipelineRequest request,
        PipelineStatistics statistics,
        Action<string> log)
    {
        (this.plan, this.controls, this.geometry, this.predictions, this.free) = (plan, controls, geometry, predictions, free);
        model = plan.Model;
        (this.request, this.statistics, this.log) = (request, statistics, log);
        outputs = [.. model.Outputs.Select(o => new DenseOutput(o.Kind, controls, type => plan.PublisherOf(plan.Topics.Output(plan.Camera.Id, o.Kind), type)))];
        encoders = [.. outputs.Skip(1).Select(output => new EncodingThread($"{plan.Camera.Id} {Topics.NameOf(output.Kind)}"))];
        ClassMap? classes = plan.Classes;
        overlay = classes is null ? null : new OverlayTopic(plan, classes);
        Snapshot = new SnapshotSlot(model);
        if (request.SheetRows > 0)
        {
            Sheet = new ContactSheet(classes, request.SheetRows);
        }
        if (request.Score)
        {
            Score = new SceneScore(plan.Camera, model);
        }
        Report = request.Report ? new ReplayReport() : null;
        thread = new Thread(Work) { IsBackground = true, Name = $"publish {plan.Camera.Id}" };
        extras = FrameOutputs.Create(plan);
    }

    /// <summary>The contact sheet, if one was asked for; complete once the stage is finished.</summary>
    public ContactSheet? Sheet { get; }

    /// <summary>The comparison with exact labels, if one was asked for.</summary>
    public SceneScore? Score { get; }

    /// <summary>The figures of a replay, if they were asked for.</summary>
    public ReplayReport? Report { get; }

    /// <summary>True when everything is encoded, handed over and sent.</summary>
    public bool IsFinished => Volatile.Read(ref finished) != 0;

    /// <summary>What ended the thread, if something did.</summary>
    public Exception? Failure => Volatile.Read(ref failure);

    /// <summary>Size of the camera's image in the last published frame.</summary>
    public (int Width, int Height) SourceSize => Interlocked.Read(ref sourceSize) is var size ? ((int)(size >> 32), (int)size) : default;

    /// <summary>Messages replaced by newer ones before they were sent, by topic name.</summary>
    public IReadOnlyDictionary<string, long> Superseded =>
        outputs.Select(o => KeyValuePair.Create(Topics.NameOf(o.Kind), o.Publisher.Superseded)).Concat(extras?.Superseded ?? []).ToDictionary();

    /// <summary>What is published of each frame beside the dense outputs.</summary>
    public IEnumerable<OutputDescription> OutputDescriptions => extras?.Descriptions ?? [];

    /// <summary>Frames of which an output was dropped because the broker was away.</summary>
    public long Disconnected => outputs.Select(o => o.Publisher.DroppedWhileDisconnected).DefaultIfEmpty().Max();

    /// <summary>Messages that went to the broker, all outputs.</summary>
    public long SentFrames => outputs.Sum(o => o.Publisher.Sent);

    /// <summary>Messages that the broker does not take, all outputs.</summary>
    public long RefusedFrames => outputs.Sum(o => o.Publisher.Refused);

    /// <summary>What browsers see; null where HTTP is off.</summary>
    public FrameView? View { get; init; }

    /// <summary>The next frame for whoever asks.</summary>
    public SnapshotSlot Snapshot { get; }

    /// <summary>Starts the thread.</summary>
    public void Start() => thread.Start();

    /// <summary>Waits for the thread, which ends when the predictions do.</summary>
    public bool Join(TimeSpan timeout) => thread.ThreadState.HasFlag(System.Threading.ThreadState.Unstarted) || thread.Join(timeout);

    /// <summary>Who will see the input of this frame, so that inference keeps it. Asked once for each frame, on the inference thread.</summary>
    public ImageUses ImageUsesOf(FramePrediction prediction)
    {
        ImageUses uses = Sheet?.Wants(prediction.Sequence) == true ? ImageUses.Sheet : ImageUses.None;
        if (extras?.WantsImage(prediction.AcquisitionStamp) == true)
        {
            uses |= ImageUses.Topic;
        }
        if (View?.WantsFrame() == true)
        {
            uses |= ImageUses.Browsers;
        }
        if (Snapshot.IsWanted)
        {
            uses |= ImageUses.Snapshot;
        }
        if (overlay?.IsDue(controls.OverlayRate) == true)
        {
            uses |= ImageUses.Overlay;
        }
        return uses;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(encoders, encoder => encoder.Dispose());
        outputs.ForEach(o => o.Publisher.Dispose());
        extras?.Dispose();
        overlay?.Dispose();
        Sheet?.Dispose();
        Score?.Dispose();
        Report?.Dispose();
    }

    private void Work()
    {
        try
        {
            while (predictions.TryTake(out FramePrediction? prediction, Timeout.Infinite))
            {
                Handle(prediction);
                free.Put(prediction);
                statistics.ReportAllocated(1);
            }
            // A replay is over when the network has it all; a live stop does not wait for a broker that is away.
            outputs.ForEach(o => o.Publisher.WaitUntilIdle(TimeSpan.FromSeconds(5)));
            extras?.WaitUntilIdle(TimeSpan.FromSeconds(5));
        }
        catch (Exception e) when (e is UserErrorException or OpenCVException or ObjectDisposedException)
        {
            Volatile.Write(ref failure, e);
            log(e.Message);
        }
        finally
        {
            // Whoever still waits for a free prediction must not wait for a thread that is gone.
            free.Complete();
            Volatile.Write(ref finished, 1);
        }
    }

    private void Handle(FramePrediction prediction)
    {
        OutputBuffers buffers = prediction.Buffers;
        ModelInput grid = model.Input;
        Follow(prediction.Geometry);
        Interlocked.Exchange(ref sourceSize, ((long)prediction.SourceWidth << 32) | (uint)prediction.SourceHeight);
        long started = Stopwatch.GetTimestamp();
        Encode(prediction, buffers);
        long encodeTicks = Stopwatch.GetTimestamp() - started, publishTicks = 0;
        foreach (DenseOutput output in CollectionsMarshal.AsSpan(outputs))
        {
            long begun = Stopwatch.GetTimestamp();
            extras?.OnEncoded(output.Payload);
            long handed = Stopwatch.GetTimestamp();
            output.Publisher.Publish(output.Payload, prediction.ClockCorrection);
            encodeTicks += handed - begun;
            publishTicks += Stopwatch.GetTimestamp() - handed;
        }
        if (extras is not null)
        {
            long begun = Stopwatch.GetTimestamp();
            extras.Publish(new OutputFrame(HeaderOf(prediction, OutputKind.Image, PayloadEncoding.Raw, grid), buffers) { ClockCorrection = prediction.ClockCorrection }, prediction.Uses.HasFlag(ImageUses.Topic) ? prediction.Image : []);
            encodeTicks += Stopwatch.GetTimestamp() - begun;
        }
        prediction.Tap?.Take(prediction, buffers, HeaderOf(prediction, OutputKind.Image, PayloadEncoding.Raw, grid), extras);
        long encode = UnixClock.ToNanoseconds(encodeTicks), publish = UnixClock.ToNanoseconds(publishTicks);
        statistics[Stage.Encode].Record(encode);
        statistics[Stage.Publish].Record(publish);
        statistics.Age.Record(UnixClock.Now - prediction.BornAt);
        statistics.CountPublished();
        if (prediction.Uses.HasFlag(ImageUses.Browsers))
        {
            View?.Offer(prediction, buffers, prediction.Uses.HasFlag(ImageUses.Topic) ? extras!.Jpeg : []);
        }
        if (prediction.Uses.HasFlag(ImageUses.Snapshot))
        {
            Snapshot.Offer(prediction, buffers, HeaderOf(prediction, OutputKind.Image, PayloadEncoding.Raw, grid));
        }
        Score?.Add(prediction.Sequence, buffers);
        Report?.Add(buffers);
        if (prediction.Uses != ImageUses.None)
        {
            PublishImages(prediction, buffers, grid);
        }
    }

    /// <summary>All outputs at the same time: the first on this thread.</summary>
    private void Encode(FramePrediction prediction, OutputBuffers buffers)
    {
        foreach (DenseOutput output in CollectionsMarshal.AsSpan(outputs))
        {
            output.Prepare(HeaderOf(prediction, output.Kind, output.Encoding, model.Input));
        }
        for (int n = 0; n < encoders.Length; n++)
        {
            encoders[n].Begin(outputs[n + 1], buffers);
        }
        if (outputs.Count > 0)
        {
            outputs[0].Encode(buffers);
        }
        foreach (EncodingThread encoder in encoders)
        {
            encoder.Wait();
        }
    }

    /// <summary>What is computed from the camera's geometry is made anew for frames of another; what is on its way to the broker goes out first.</summary>
    private void Follow(CameraGeometry current)
    {
        if (ReferenceEquals(current, geometry))
        {
            return;
        }
        geometry = current;
        if (extras is { } former)
        {
            former.WaitUntilIdle(TimeSpan.FromSeconds(1));
            extras = FrameOutputs.Create(plan with { Intrinsics = current.Intrinsics });
            former.Dispose();
        }
    }

    private FrameHeader HeaderOf(FramePrediction prediction, OutputKind kind, PayloadEncoding encoding, ModelInput grid) => new(
        kind, encoding, 0, (ushort)grid.Width, (ushort)grid.Height, (ushort)prediction.SourceWidth, (ushort)prediction.SourceHeight,
        (ulong)prediction.Sequence, prediction.AcquisitionStamp, 0, request.SessionId, prediction.Transform, 1, 0, prediction.ModelId, 0);

    private unsafe void PublishImages(FramePrediction prediction, OutputBuffers buffers, ModelInput grid)
    {
        if (prediction.Uses.HasFlag(ImageUses.Overlay))
        {
            overlay?.Publish(prediction, HeaderOf(prediction, OutputKind.Image, PayloadEncoding.Jpeg, grid));
        }
        if (Sheet is { } sheet && prediction.Uses.HasFlag(ImageUses.Sheet))
        {
            fixed (byte* pixels = prediction.Image)
            {
                using Mat input = Mat.FromPixelData(grid.Height, grid.Width, MatType.CV_8UC3, (nint)pixels);
                sheet.Add(prediction.Sequence, input, buffers.Segmentation, buffers.Depth, buffers.Normals);
            }
        }
    }
}
