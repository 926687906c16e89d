using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

// Changing element type and device. Parameters are replaced: make the optimizer afterwards.
public static partial class torch
{
    public static partial class nn
    {
        public abstract partial class Module
        {
            public virtual Module _to(Device device, ScalarType dtype, bool non_blocking) => Move(dtype, device, non_blocking);

            public virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) =>
                Move(null, new Device(deviceType, deviceIndex), non_blocking);

            public virtual Module _to(ScalarType dtype, bool non_blocking) => Move(dtype, null, non_blocking);

            public Module _to(Tensor other, bool non_blocking) => Move(other.dtype, other.device, non_blocking);

            internal Module Move(ScalarType? dtype, Device? device, bool nonBlocking)
            {
                if (dtype is ScalarType type && !is_floating_point(type) && !is_complex(type))
                {
                    throw new ArgumentException($"Modules have floating-point parameters, {type} is not a floating-point type.", nameof(dtype));
                }
                if (device is not null)
                {
                    InitializeDeviceType(device.type);
                }
                foreach (Module child in children())
                {
                    child.Move(dtype, device, nonBlocking);
                }
                _toEpilog(dtype, device, nonBlocking);
                return this;
            }

            protected virtual void _toEpilog(ScalarType? dtype, Device? device, bool non_blocking)
            {
                using IDisposable mode = no_grad();
                for (int i = 0; i < _ownParameters.Count; i++)
                {
                    (string key, Parameter former) = _ownParameters[i];
                    if (ReplaceParameter(dtype, device, former, out Parameter? moved))
                    {
                        _ownParameters[i] = (key, moved!);
                        Replace(former, moved!);
                    }
                }
                for (int i = 0; i < _buffers.Count; i++)
                {
                    (string key, Tensor former, bool persistent) = _buffers[i];
                    if (ReplaceBuffer(dtype, device, former, out Tensor? moved))
                    {
                        _buffers[i] = (key, moved!, persistent);
                        Replace(former, moved!);
                    }
                }
            }

            protected static bool ReplaceBuffer(ScalarType? dtype, Device? device, Tensor buffer, out Tensor? result)
            {
                ScalarType? type = buffer.is_floating_point() ? dtype : null;
                bool moves = Moves(type, device, buffer);
                result = moves ? buffer.To(type, device, false, false, false).DetachFromDisposeScope() : null;
                return moves;
            }

            protected static bool ReplaceParameter(ScalarType? dtype, Device? device, Parameter param, out Parameter? p)
            {
                bool moves = Moves(dtype, device, param);
                p = moves ? new Parameter(param.detach().To(dtype, device, false, true, false), param.requires_grad) : null;
                p?.DetachFromDisposeScope();
                return moves;
            }

            private static bool Moves(ScalarType? dtype, Device? device, Tensor tensor) =>
                (dtype is ScalarType type && type != tensor.dtype) || (device is not null && !device.Matches(tensor.device));

            private void Replace(Tensor former, Tensor moved)
            {
                foreach (FieldInfo field in ComponentFields())
                {
                    if (ReferenceEquals(field.GetValue(this), former))
                    {
                        field.SetValue(this, moved);
                    }
                }
                former.Dispose();
            }
        }
    }
}
