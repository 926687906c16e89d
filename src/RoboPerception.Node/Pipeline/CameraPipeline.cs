using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Images;
using RoboPerception.Node.Outputs;
using RoboPerception.Node.Recorders;
using RoboPerception.Node.Sources;
using RoboPerception.Node.Web.Live;

namespace RoboPerception.Node.Pipeline;

/// <summary>
/// Everything one camera needs, joined: source thread, inference thread (with one that prepares a recording's frames ahead of it), publishing thread (with one
/// for every output but the first that encodes beside it), slots between them. Live sources use slots of one where the newest wins; recordings use bounded queues with
/// back-pressure.
/// </summary>
internal sealed partial class CameraPipeline : IDisposable
{
    // One set is being filled, one waits in the slot, one is being encoded; of a recording, one frame waits prepared and another is being prepared.
    private const int LiveSets = 3, RecordingSets = 5;

    private readonly CaptureLoop capture;
    private readonly MqttConnection connection;
    private readonly InferenceSettings providers;
    private readonly Action<string> log;
    private readonly IFrameTap? standing;
    private IFrameTap? tap;
    private readonly InferenceStage inference;
    private readonly PublishStage publishing;

    /// <summary>Joins the parts; nothing runs yet.</summary>
    /// <exception cref="UserErrorException">The source's address or the calibration is wrong, or no execution provider works.</exception>
    public CameraPipeline(CameraSettings camera, ModelFile model, PipelineRequest request, SourceFactory sources, MqttConnection connection, Topics topics, Action<string> log)
    {
        Camera = camera;
        this.connection = connection;
        Description = model.Description;
        RecordedRun? run = McapSource.RunOf(camera.Source);
        Calibration = CalibrationOf(camera, run);
        camera.Fit = CameraGeometry.FitOf(camera, run, model.Description.Input);
        this.log = log;
        ModelInput input = model.Description.Input;
        IsRectified = Calibration is { Intrinsics.IsDistorted: true };
        (FrameResizer resizer, CameraGeometry geometry) = Fitted(camera.Fit.Value);
        Controls = new CameraControls(camera, request.Settings);
        var options = new CaptureOptions
        {
            Pace = camera.FastPace ? ReplayPace.Fast : ReplayPace.Realtime,
            Loop = camera.Loop,
            MaximumFrames = request.Frames ?? 0,
        };
        capture = new CaptureLoop(() => sources.Create(camera.Source), options, Statistics.Drops, e => log($"camera '{camera.Id}': {e.Message}"));
        int sets = capture.IsLive ? LiveSets : RecordingSets;
        providers = request.Inference with { OutputSets = sets };
        PerceptionEngine engine = Prepare(model);
        var free = new LosslessSlot<FramePrediction>(sets);
        for (int set = 0; set < sets; set++)
        {
            free.Put(new FramePrediction(set, 3 * input.Width * input.Height));
        }
        ISlot<FramePrediction> predictions = capture.IsLive
            ? new LatestSlot<FramePrediction>(prediction =>
            {
                Statistics.Drops.Add(DropCause.Superseded);
                free.Put(prediction);
            })
            : new LosslessSlot<FramePrediction>(1);
        var plan = new OutputPlan(camera, model.Description, geometry.Intrinsics, IsRectified, request.Settings.FrameOutputs, connection, topics, !capture.IsLive);
        tap = standing = request.Tap(camera);
        publishing = new PublishStage(plan, Controls, geometry, predictions, free, request, Statistics, log) { View = request.Views?.Of(camera.Id) };
        var preparation = new FramePreparation(resizer, geometry, capture.IsLive, () => Volatile.Read(ref tap), Statistics);
        inference = new InferenceStage(camera.Id, capture, engine, preparation, Controls, predictions, free, Statistics, publishing.ImageUsesOf, log);
    }

    /// <summary>The camera's settings.</summary>
    public CameraSettings Camera { get; }

    /// <summary>What the model says of itself.</summary>
    public ModelDescription Description { get; }

    /// <summary>The camera as it was calibrated; null if it was not.</summary>
    public CameraCalibration? Calibration { get; }

    /// <summary>What was counted.</summary>
    public PipelineStatistics Statistics { get; } = new();

    /// <summary>What runs the model.</summary>
    public PerceptionEngine Engine => inference.Engine;

    /// <summary>The camera on the model's grid; null if uncalibrated.</summary>
    public CameraIntrinsics? Intrinsics => inference.Geometry.Intrinsics;

    /// <summary>True if the images are undistorted before the network sees them.</summary>
    public bool IsRectified { get; }

    /// <summary>The source's name without secrets.</summary>
    public string SourceName => capture.Name;

    /// <summary>True for cameras and streams, false for recordings.</summary>
    public bool IsLive => capture.IsLive;

    /// <summary>Where the source stands.</summary>
    public CaptureState SourceState => capture.State;

    /// <summary>How long a camera that gives frames has given the same picture.</summary>
    public TimeSpan StillFor => capture.StillFor;

    /// <summary>What went wrong with the source last, in words; null if nothing has, or frames have come since.</summary>
    public string? SourceProblem => capture.Problem;

    /// <summary>Frames that came from the source.</summary>
    public long Captured => capture.Delivered;

    /// <summary>Size of the camera's image in the last published frame; 0 before the first.</summary>
    public (int Width, int Height) SourceSize => publishing.SourceSize;

    /// <summary>How long the present frame has been in inference, milliseconds.</summary>
    public long BusyMilliseconds => inference.BusyMilliseconds;

    /// <summary>Frames that were dropped so far, by cause.</summary>
    public long Dropped(DropCause cause) => cause == DropCause.Disconnected ? publishing.Disconnected : Statistics.Drops[cause];

    /// <summary>Messages replaced by newer ones before they were sent, by topic name.</summary>
    public IReadOnlyDictionary<string, long> Superseded => publishing.Superseded;

    /// <summary>Messages that went to the broker, all outputs.</summary>
    public long SentFrames => publishing.SentFrames;

    /// <summary>Messages that the broker does not take, all outputs.</summary>
    public long RefusedFrames => publishing.RefusedFrames;

    /// <summary>What is published of each frame beside the dense outputs.</summary>
    public IEnumerable<OutputDescription> OutputDescriptions => publishing.OutputDescriptions;

    /// <summary>The contact sheet, if one was asked for.</summary>
    public ContactSheet? Sheet => publishing.Sheet;

    /// <summary>The comparison with exact labels, if one was asked for.</summary>
    public SceneScore? Score => publishing.Score;

    /// <summary>The figures of a replay, if they were asked for.</summary>
    public ReplayReport? Report => publishing.Report;

    /// <summary>True when nothing will come any more: the recording is over and published, or a thread has ended by an error.</summary>
    public bool IsFinished => publishing.IsFinished;

    /// <summary>What ended the pipeline, if an error did.</summary>
    public Exception? Failure => capture.Failure ?? inference.Failure ?? publishing.Failure;

    /// <summary>How a camera sees: its file, or what a recording or a scene says of it; null if nobody does.</summary>
    /// <exception cref="UserErrorException">The calibration cannot be read (exit code 2).</exception>
    public static CameraCalibration? CalibrationOf(CameraSettings camera, RecordedRun? run) =>
        camera.Calibration is { } file ? CalibrationFile.Read(file)
        : run is not null ? run.Calibrations.GetValueOrDefault(McapSource.CameraOf(camera.Source, run)) : SceneSource.CalibrationOf(camera.Source);

    /// <summary>Opens the source and starts the threads.</summary>
    /// <exception cref="UserErrorException">The source does not open (exit code 4).</exception>
    public void Start()
    {
        publishing.Start();
        inference.Start();
        capture.Start();
    }

    /// <summary>
    /// Stops the source and lets what is under way come out, within a few seconds. With the broker away nothing can come
    /// out of a lossless pipeline, so it is not waited for.
    /// </summary>
    public void Stop()
    {
        capture.Stop(TimeSpan.FromSeconds(2));
        TimeSpan patience = TimeSpan.FromSeconds(connection.IsConnected ? 5 : 0.1);
        inference.Join(patience);
        publishing.Join(patience);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        capture.Dispose();
        publishing.Dispose();
        inference.Dispose();
    }
}

/// <summary>What holds for every camera of a run.</summary>
/// <param name="Inference">Providers, threads, caches.</param>
/// <param name="Settings">Encodings and rates.</param>
/// <param name="SessionId">The number in every frame header.</param>
/// <param name="Frames">Stop after this many frames; null = no limit.</param>
/// <param name="SheetRows">Rows the contact sheet shall have; 0 = none.</param>
/// <param name="Score">Compare the predictions with the exact labels of a rendered scene.</param>
internal sealed record PipelineRequest(InferenceSettings Inference, NodeSettings Settings, uint SessionId, int? Frames, int SheetRows, bool Score)
{
    /// <summary>Keep the figures of a replay.</summary>
    public bool Report { get; init; }

    /// <summary>What browsers see; null where HTTP is off.</summary>
    public FrameViews? Views { get; init; }

    /// <summary>Who is shown every frame of a camera; null = nobody.</summary>
    public Func<CameraSettings, IFrameTap?> Tap { get; init; } = _ => null;
}
