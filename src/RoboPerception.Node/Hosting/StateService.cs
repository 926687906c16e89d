using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Health;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.Node.Hosting;

/// <summary>
/// The state machine: follows the pipelines through <c>warming</c>, <c>building</c>, <c>ready</c> and <c>degraded</c>, tells systemd
/// READY after the first published frame, and ends the run when the recordings are over or a pipeline has ended by an error.
/// </summary>
internal sealed class StateService(NodeRequest request, BrokerService broker, PipelineService pipelines, NodeState state, ServiceManager manager, NodeEnd end)
    : BeatService(end, Period)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    private readonly NodeEnd end = end;

    /// <summary>Says <c>stopping</c> and judges the run: what a pipeline ended by is what the node ends by.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        manager.Stopping();
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (ExecuteTask is null)
        {
            return;
        }
        if (Failure() is { } failure)
        {
            end.Fail(failure);
        }
        state.Set(NodeStates.Stopping);
    }

    /// <inheritdoc/>
    protected override void Beat()
    {
        IReadOnlyList<CameraPipeline> cameras = pipelines.Cameras;
        if (cameras.Any(c => c.Statistics.Published > 0))
        {
            manager.Ready();
            bool building = cameras.Any(c => c.Engine.IsBuilding);
            bool whole = cameras.All(c => c.SourceState is CaptureState.Running or CaptureState.Ended && c.Failure is null) && broker.Connection.Refused.Count == 0;
            state.Set(building ? NodeStates.Building : whole ? NodeStates.Ready : NodeStates.Degraded);
        }
        if (cameras.All(c => c.IsFinished))
        {
            end.Finish();
        }
    }

    private UserErrorException? Failure()
    {
        IReadOnlyList<CameraPipeline> cameras = pipelines.Cameras;
        if (cameras.FirstOrDefault(c => c.Failure is not null) is { } ended)
        {
            return ended.Failure as UserErrorException ?? new UserErrorException(ExitCode.Failed, $"camera '{ended.Camera.Id}' ended: {ended.Failure!.Message}", ended.Failure);
        }
        if (request.Replay && cameras.Any(c => c.RefusedFrames > 0) && cameras.All(c => c.SentFrames == 0))
        {
            string reasons = string.Join("; ", broker.Connection.Refused.Select(r => $"'{r.Key}': {r.Value}"));
            return new UserErrorException(ExitCode.Broker, $"the broker {broker.Connection.Broker} took none of the frames: {reasons}");
        }
        return null;
    }
}
