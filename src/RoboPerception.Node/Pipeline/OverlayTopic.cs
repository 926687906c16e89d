using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Images;
using RoboPerception.Node.Outputs;

namespace RoboPerception.Node.Pipeline;

/// <summary><c>overlay</c>: a few images a second for people, by the machine's clock. Its sender is made when the first one is due: the rate may be 0 for a whole run.</summary>
internal sealed class OverlayTopic(OutputPlan plan, ClassMap classes) : IDisposable
{
    private readonly Overlay overlay = new(classes);
    private FramePublisher? publisher;
    private double beat;
    private long nextAt;

    /// <summary>Whether the next frame becomes one. Asked once for each frame, on the inference thread.</summary>
    /// <param name="rate">Images a second; 0 = none.</param>
    public bool IsDue(double rate)
    {
        long now = Environment.TickCount64;
        if (rate != beat)
        {
            (beat, nextAt) = (rate, now);
        }
        if (rate <= 0 || now < nextAt)
        {
            return false;
        }
        nextAt = now + (long)(1000 / rate);
        return true;
    }

    /// <summary>Draws and sends it; on the publishing thread.</summary>
    public void Publish(FramePrediction prediction, in FrameHeader header)
    {
        publisher ??= new FramePublisher(plan.Connection, plan.Topics.Overlay(plan.Camera.Id), ContentTypes.Jpeg);
        PayloadBuffer payload = publisher.Rent();
        payload.SetForeign(overlay.Encode(prediction.Image, prediction.Buffers.Segmentation, plan.Model.Input.Width, plan.Model.Input.Height), header);
        publisher.Publish(payload, prediction.ClockCorrection);
    }

    /// <inheritdoc/>
    public void Dispose() => publisher?.Dispose();
}
