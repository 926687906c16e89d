namespace RoboPerception.Messaging;

/// <summary>A payload is damaged or not one of ours. The message says what is wrong with it.</summary>
public sealed class PayloadException : FormatException
{
    /// <summary>What is wrong, in words for a log.</summary>
    public PayloadException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
