using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>One binary message as it arrived.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Payload">The whole message; nobody else writes to it.</param>
public sealed record ReceivedPayload(FrameHeader Header, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Unpacks the pixels.</summary>
    /// <exception cref="PayloadException">The payload is damaged.</exception>
    public DecodedFrame Decode() => PayloadDecoder.Decode(Payload.Span);
}
